"""The rules in other languages than English: exactly the names of samples of our own."""

from __future__ import annotations

import pytest

from transforms.enrich.caseless import caseless_names
from transforms.enrich.inflection import nominative
from transforms.enrich.rules import Rules
from transforms.enrich.story import Story, enrich

# language, text, each name as `TYPE form` or, where it goes by another name, `TYPE form = name`.
SAMPLES = [
    (
        "de",
        "Berlin - Die Bundesregierung in Berlin will die Steuern senken. Bundeskanzler Friedrich Hartwig sagte am Montag, der Vorschlag von Finanzministerin Anneliese Brockhoff sei gut. Der Vorsitzende des Deutschen Gewerkschaftsbundes, Karl-Heinz Wendrich, widersprach. Die Nordwerk AG und die Siemens AG erwarten Verluste. In Köln und Frankfurt am Main demonstrierten Tausende. Ministerpräsident Hartwig reiste nach Frankreich. Der Mann aus der Stadt fuhr mit dem Zug zur Arbeit. Die Vereinten Nationen und die EU-Kommission warnten.",
        {
            "GPE Berlin",
            "ORG Bundesregierung",
            "PERSON Friedrich Hartwig",
            "PERSON Anneliese Brockhoff",
            "PERSON Karl-Heinz Wendrich",
            "ORG Nordwerk AG",
            "ORG Siemens AG",
            "GPE Köln",
            "GPE Frankfurt = Frankfurt am Main",
            "PERSON Hartwig = Friedrich Hartwig",
            "GPE Frankreich = France",
            "ORG Vereinten Nationen = United Nations",
            "ORG EU-Kommission = European Commission",
        },
    ),
    (
        "fr",
        "Le président Emmanuel Delcourt a rencontré jeudi à Paris le Premier ministre espagnol, Álvaro Montesinos. La Société Générale et le groupe Lafontaine SA ont signé un accord avec l'Union européenne. Selon Mme Delphine Carrère, porte-parole du ministère des Affaires étrangères, la France et l'Allemagne restent d'accord. M. Delcourt se rendra à Lyon et en Italie. Le chef de la diplomatie, Jean-Yves Marchand, a dénoncé cette décision. Les manifestants ont défilé dans les rues de Marseille. Airbus a livré huit avions.",
        {
            "PERSON Emmanuel Delcourt",
            "GPE Paris",
            "PERSON Álvaro Montesinos",
            "ORG Société Générale",
            "ORG Lafontaine SA",
            "ORG Union européenne = European Union",
            "PERSON Delphine Carrère",
            "GPE France",
            "GPE Allemagne = Germany",
            "PERSON Delcourt = Emmanuel Delcourt",
            "GPE Lyon",
            "GPE Italie = Italy",
            "PERSON Jean-Yves Marchand",
            "GPE Marseille",
            "ORG Airbus",
        },
    ),
    (
        "es",
        "El presidente Alejandro Quiroga viajó el martes a Madrid para reunirse con el ministro de Economía, Luis Barrenechea. La empresa Telefónica y el Banco Central de Chile firmaron un acuerdo. Según la portavoz, María Elena Fuentes, Estados Unidos y México apoyan la medida. El Gobierno de Argentina rechazó la propuesta. Quiroga visitará Barcelona y Bogotá. El Fútbol Club Barcelona ganó el partido.",
        {
            "PERSON Alejandro Quiroga",
            "GPE Madrid",
            "PERSON Luis Barrenechea",
            "ORG Telefónica",
            "ORG Banco Central de Chile",
            "PERSON María Elena Fuentes",
            "GPE Estados Unidos = United States",
            "GPE México = Mexico",
            "ORG Gobierno de Argentina",
            "PERSON Quiroga = Alejandro Quiroga",
            "GPE Barcelona",
            "GPE Bogotá",
            "ORG Fútbol Club Barcelona",
        },
    ),
    (
        "it",
        "Il presidente del Consiglio, Giacomo Bellandi, ha incontrato a Roma il ministro Carla Montefiori. La Banca d'Italia e la Fiat SpA hanno confermato l'accordo. Secondo Bellandi, la Germania e la Francia sono favorevoli. Il Milan ha vinto a Torino. Il segretario della Cgil, Paolo Ruggeri, ha protestato contro il governo.",
        {
            "PERSON Giacomo Bellandi",
            "PERSON Carla Montefiori",
            "ORG Banca d'Italia = Bank of Italy",
            "ORG Fiat SpA",
            "PERSON Bellandi = Giacomo Bellandi",
            "GPE Germania = Germany",
            "GPE Francia = France",
            "GPE Milan",
            "GPE Torino = Turin",
            "PERSON Paolo Ruggeri",
        },
    ),
    (
        "pt",
        "O presidente João Carlos Figueira reuniu-se em Brasília com a ministra da Fazenda, Ana Paula Rezende. A Petrobras e o Banco do Brasil anunciaram um plano. Segundo Figueira, Portugal e Espanha apoiam a medida. O Tribunal de Contas rejeitou o pedido em Lisboa.",
        {
            "PERSON João Carlos Figueira",
            "GPE Brasília = Brazil",
            "PERSON Ana Paula Rezende",
            "ORG Petrobras",
            "ORG Banco do Brasil",
            "PERSON Figueira = João Carlos Figueira",
            "GPE Portugal",
            "GPE Espanha = Spain",
            "ORG Tribunal de Contas",
            "GPE Lisboa = Lisbon",
        },
    ),
    (
        "nl",
        "Premier Jan Willem Hofstra sprak maandag in Den Haag met minister Annelies van der Meulen. Philips NV en de Nederlandsche Bank bevestigden het akkoord. Volgens Hofstra steunen Duitsland en België het plan. In Amsterdam demonstreerden duizenden mensen tegen de Europese Unie.",
        {
            "PERSON Jan Willem Hofstra",
            "GPE Den Haag = The Hague",
            "PERSON Annelies van der Meulen",
            "ORG Philips NV",
            "ORG Nederlandsche Bank",
            "PERSON Hofstra = Jan Willem Hofstra",
            "GPE Duitsland = Germany",
            "GPE België = Belgium",
            "GPE Amsterdam",
            "ORG Europese Unie = European Union",
        },
    ),
    (
        "sv",
        "Statsminister Göran Lindvall träffade på måndagen finansminister Anna Bergqvist i Stockholm. Volvo AB och Ericsson väntar förluster. Enligt Lindvall stöder Norge och Finland förslaget. Polisen i Malmö grep två män. Riksdagen röstade nej.",
        {
            "PERSON Göran Lindvall",
            "PERSON Anna Bergqvist",
            "GPE Stockholm",
            "ORG Volvo AB",
            "ORG Ericsson",
            "PERSON Lindvall = Göran Lindvall",
            "GPE Norge = Norway",
            "GPE Finland",
            "GPE Malmö",
            "ORG Riksdagen",
        },
    ),
    (
        "no",
        "Statsminister Ingrid Solvang møtte finansminister Lars Haugland i Oslo på mandag. Statoil ASA og Telenor venter tap. Ifølge Solvang støtter Sverige og Danmark forslaget. Politiet i Bergen pågrep to menn.",
        {
            "PERSON Ingrid Solvang",
            "PERSON Lars Haugland",
            "GPE Oslo",
            "ORG Statoil ASA",
            "ORG Telenor",
            "PERSON Solvang = Ingrid Solvang",
            "GPE Sverige = Sweden",
            "GPE Danmark = Denmark",
            "GPE Bergen",
        },
    ),
    (
        "da",
        "Statsminister Mette Kirkegaard mødte finansminister Søren Aagaard i København mandag. Novo Nordisk A/S og Mærsk venter tab. Ifølge Kirkegaard støtter Tyskland og Norge forslaget. Folketinget stemte nej.",
        {
            "PERSON Mette Kirkegaard",
            "PERSON Søren Aagaard",
            "GPE København = Copenhagen",
            "ORG Novo Nordisk A/S",
            "PERSON Kirkegaard = Mette Kirkegaard",
            "GPE Tyskland = Germany",
            "GPE Norge = Norway",
            "ORG Folketinget",
        },
    ),
    (
        "fi",
        "Pääministeri Matti Koskela tapasi maanantaina valtiovarainministeri Liisa Rantasen Helsingissä. Nokia Oyj ja Neste odottavat tappioita. Koskelan mukaan Ruotsi ja Viro tukevat esitystä. Poliisi pidätti Tampereella kaksi miestä.",
        {
            "PERSON Matti Koskela",
            "PERSON Liisa Rantasen",
            "GPE Helsingissä = Helsinki",
            "ORG Nokia Oyj",
            "ORG Neste",
            "GPE Ruotsi = Sweden",
            "GPE Viro = Estonia",
            "GPE Tampereella = Tampere",
        },
    ),
    (
        "ru",
        "Президент Владимир Орлов встретился в Москве с премьер-министром Германии Петером Штольцем. Газпром и Банк России подтвердили соглашение. По словам Орлова, США и Китай поддерживают ООН. В Санкт-Петербурге прошла встреча Евросоюза.",
        {
            "PERSON Владимир Орлов",
            "GPE Москве = Moscow",
            "GPE Германии = Germany",
            "PERSON Петером Штольцем",
            "ORG Газпром = Gazprom",
            "ORG Банк России = Russian Central Bank",
            "GPE США = United States",
            "GPE Китай = China",
            "ORG ООН = United Nations",
            "GPE Санкт-Петербурге = Saint Petersburg",
            "ORG Евросоюза = European Union",
        },
    ),
    (
        "zh",
        "新华社北京电 中国国家主席周三在北京会见法国总统。联合国和世界卫生组织表示支持。美国和日本代表团抵达上海。",
        {
            "ORG 新华社 = Xinhua",
            "GPE 北京 = Beijing",
            "GPE 中国 = China",
            "GPE 法国 = France",
            "ORG 联合国 = United Nations",
            "ORG 世界卫生组织 = World Health Organization",
            "GPE 美国 = United States",
            "GPE 日本 = Japan",
            "GPE 上海 = Shanghai",
        },
    ),
    (
        "ar",
        "التقى الرئيس المصري في القاهرة وزير الخارجية الفرنسي. وقالت الأمم المتحدة إن السعودية وقطر تدعمان الاتفاق. وأعلن الاتحاد الأوروبي موقفه في باريس.",
        {
            "GPE القاهرة = Cairo",
            "ORG الأمم المتحدة = United Nations",
            "GPE السعودية = Saudi Arabia",
            "GPE قطر = Qatar",
            "ORG الاتحاد الأوروبي = European Union",
            "GPE باريس = Paris",
        },
    ),
    (
        "ja",
        "東京で日本の首相が記者会見した。国連と米国は支持を表明した。",
        {
            "GPE 東京 = Tokyo",
            "GPE 日本 = Japan",
            "ORG 国連 = United Nations",
            "GPE 米国 = United States",
        },
    ),
    (
        "pl",
        "Premier Jan Wiśniowski spotkał się w Warszawie z ministrem finansów Anną Borkowską. Orlen i Narodowy Bank Polski potwierdziły umowę. Niemcy i Francja popierają Unię Europejską.",
        {
            "PERSON Jan Wiśniowski",
            "GPE Warszawie = Warsaw",
            "PERSON Anną Borkowską",
            "ORG Orlen",
            "GPE Niemcy = Germany",
            "GPE Francja = France",
            "ORG Unię Europejską = European Union",
        },
    ),
    (
        "ko",
        "한국 정부는 서울에서 유엔과 협력하기로 했다. 미국과 일본은 도쿄에서 만났다.",
        {
            "GPE 한국 = South Korea",
            "GPE 서울 = Seoul",
            "ORG 유엔 = United Nations",
            "GPE 미국 = United States",
            "GPE 일본 = Japan",
            "GPE 도쿄 = Tokyo",
        },
    ),
    (
        "he",
        'ראש הממשלה נפגש בירושלים עם שר החוץ של צרפת. האו"ם וארצות הברית תומכים בהסכם.',
        {
            "GPE ירושלים = Jerusalem",
            "GPE צרפת = France",
            'ORG האו"ם = United Nations',
            "GPE ארצות הברית = United States",
        },
    ),
    (
        "cs",
        "Prezident Petr Havránek jednal v Praze s ministrem Janem Dvorským. Podle NATO a EU Německo souhlasí.",
        {
            "PERSON Petr Havránek",
            "GPE Praze = Prague",
            "PERSON Janem Dvorským",
            "ORG NATO",
            "ORG EU = European Union",
            "GPE Německo = Germany",
        },
    ),
    (
        "uk",
        "Президент Андрій Мельник зустрівся в Києві з міністром Польщі. ООН і НАТО підтримують Україну.",
        {
            "PERSON Андрій Мельник",
            "GPE Києві = Kyiv",
            "GPE Польщі = Poland",
            "ORG ООН = United Nations",
            "ORG НАТО = NATO",
            "GPE Україну = Ukraine",
        },
    ),
]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


@pytest.mark.parametrize(("language", "text", "expected"), SAMPLES, ids=[sample[0] for sample in SAMPLES])
def test_the_names_of_a_text(rules: Rules, language: str, text: str, expected: set[str]) -> None:
    found = set()
    entities = enrich(Story("", text, language), rules).entities
    assert entities is not None
    for entity in entities:
        by = "" if entity.name == entity.text else f" = {entity.name}"
        found.add(f"{entity.type} {entity.text}{by}")
    assert found == expected


@pytest.mark.parametrize(
    ("word", "language", "name"),
    [
        ("Москвой", "ru", "Москва"),
        ("Tampereella", "fi", "Tampere"),
        ("Warszawie", "pl", "Warszawa"),
        ("Deutschlands", "de", "Deutschland"),
        ("Сегодня", "ru", None),
        ("Berlins", "en", None),
        ("Hausnummern", "de", None),
    ],
)
def test_a_name_in_another_case(word: str, language: str, name: str | None) -> None:
    found = nominative(word, language)
    assert (found[0] if found else None) == name


@pytest.mark.parametrize(
    "text", ["スーパーロンドンハーツ", "مصرف وقطري", "東京都市圏という言葉ではない漢字", "ab 12 .,"]
)
def test_part_of_a_word_is_no_name(text: str) -> None:
    assert {text[span.start : span.end] for span in caseless_names(text)} <= {"東京", "東京都"}


def test_a_country_named_as_its_capital_is_the_country(rules: Rules) -> None:
    found = enrich(Story("", "He left Mexico for Kuwait. Mexico City is large.", "en"), rules).entities
    assert found is not None
    links = {entity.name: {link.scheme for link in entity.links} for entity in found}
    assert set(links) == {"Mexico", "Kuwait", "Mexico City"}
    assert "iso3166-2" not in links["Mexico"] | links["Kuwait"]
    assert "iso3166-2" in links["Mexico City"]

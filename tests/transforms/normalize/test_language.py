"""Languages: tags of the wire, and the text's own."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import language

ENGLISH = (
    "The harbour board said on Monday that it would rebuild the northern quay with money from the port fund, "
    "and that the work, which was put off twice, should be done before the autumn storms."
)
GERMAN = (
    "Der Hafenausschuss hat am Montag beschlossen, den Kai im Norden mit Geld aus dem Hafenfonds neu "
    "zu bauen. "
    "Die Arbeiten, die zweimal verschoben wurden, sollen vor den Herbststürmen beendet sein."
)
TEXTS = {
    "de": GERMAN,
    "fr": "Le conseil du port a annoncé lundi que le quai nord serait reconstruit avant les tempêtes "
    "de l'automne, "
    "grâce au fonds portuaire, après deux reports des travaux.",
    "es": "La junta del puerto anunció el lunes que reconstruirá el muelle norte antes de las "
    "tormentas de otoño con "
    "dinero del fondo portuario, después de dos aplazamientos.",
    "fi": "Satamalautakunta päätti maanantaina rakentaa pohjoisen laiturin uudelleen ennen syksyn "
    "myrskyjä. Työt on "
    "siirretty jo kahdesti, ja rahat tulevat satamarahastosta.",
    "sv": "Hamnstyrelsen beslutade på måndagen att bygga om den norra kajen före höstens stormar. "
    "Arbetet har skjutits "
    "upp två gånger och betalas av hamnfonden.",
    "nl": "Het havenbestuur zei maandag dat de noordelijke kade voor de herfststormen wordt herbouwd "
    "met geld uit het "
    "havenfonds. Het werk werd twee keer uitgesteld.",
    "it": "Il consiglio del porto ha annunciato che il molo nord sarà ricostruito prima delle "
    "tempeste d'autunno con i "
    "soldi del fondo portuale, dopo due rinvii dei lavori.",
    "pt": "O conselho do porto anunciou na segunda-feira que o cais norte será reconstruído antes "
    "das tempestades do "
    "outono, com dinheiro do fundo portuário.",
    "ru": "Совет порта решил в понедельник перестроить северный причал до осенних штормов на деньги "
    "портового фонда.",
    "ar": "أعلن مجلس الميناء يوم الاثنين أنه سيعيد بناء الرصيف الشمالي قبل عواصف الخريف بأموال من "
    "صندوق الميناء.",
    "zh": "港口委员会星期一表示，将在秋季风暴来临之前利用港口基金的资金重建北码头，这项工程曾两次推迟。",
    "ja": "港湾委員会は月曜日、秋の嵐の前に港湾基金の資金で北側の岸壁を再建すると発表した。",
}


@pytest.mark.parametrize(
    ("sent", "tag"),
    [
        ("EN", "en"),
        ("en_us", "en-US"),
        ("fi-FI", "fi-FI"),
        ("swe", "sv"),
        ("ger", "de"),
        ("German", "de"),
        ("zh-hans-CN", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("iw", "he"),
        ("und", None),
        ("", None),
        ("lang:de", "de"),
        ("GB", "en"),
        ("tlh", "tlh"),
        ("12", None),
        ("x", None),
        ("Nynorsk og bokmål", None),
    ],
)
def test_normalize(sent: str, tag: str | None) -> None:
    assert language.normalize(sent) == tag


@pytest.mark.parametrize("tag", TEXTS)
def test_detection(tag: str) -> None:
    assert language.read(None, None, TEXTS[tag]) == (tag, "detected")


def test_english_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_model", lambda: pytest.fail("the model was asked"))
    assert language.read(None, None, ENGLISH) == ("en", "detected")
    assert language.read("en-GB", None, ENGLISH) == ("en-GB", "wire")


def test_the_model_is_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the network was reached")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    language._model.cache_clear()
    assert language.detect(GERMAN) is not None


@pytest.mark.parametrize(
    ("tag", "text", "found"),
    [
        ("de", GERMAN, ("de", "wire")),
        ("en", GERMAN, ("de", "detected")),
        ("de", ENGLISH, ("en", "detected")),
        (
            "nb",
            "Havnestyret sa mandag at kaien i nord skal bygges opp igjen før høststormene. " * 2,
            ("nb", "wire"),
        ),
        ("ar", ENGLISH, ("en", "detected")),
        ("en", TEXTS["ru"] + TEXTS["ru"], ("ru", "detected")),
        ("en", "Shr 5 cts vs 6 cts Net 3.2 mln vs 4.1 mln", ("en", "wire")),
        ("fi", "Ines Holt", ("fi", "wire")),
        ("und", GERMAN, ("de", "detected")),
    ],
)
def test_the_text_overrules_only_a_tag_that_is_surely_wrong(
    tag: str, text: str, found: tuple[str, str]
) -> None:
    assert language.read(tag, None, text) == found


def test_too_short_a_text_has_no_language() -> None:
    assert language.read(None, "Quay", "5.5 vs 6.6") == (None, None)


def test_a_short_text_is_believed_in_a_language_its_agency_writes() -> None:
    text = "Board of Harbour Holdings plans quay, sees net up, sets payout"
    assert language.read(None, None, text, ("en",)) == ("en", "detected")
    assert language.read(None, None, "Ines Holt", ("en",)) == (None, None)


def test_a_headline_stands_in_for_a_missing_text() -> None:
    assert language.read(None, TEXTS["fr"], "") == ("fr", "detected")


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    tag, source = language.read(None, text, text)
    assert (tag is None) == (source is None)
    assert language.read(None, text, text) == (tag, source)

"""Revision markers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalize import revision


@pytest.mark.parametrize(
    ("headline", "kind", "number", "stripped"),
    [
        ("CORRECTED-Bank raises rates", "correction", None, "Bank raises rates"),
        ("CORRECTED - BANK RAISES RATES", "correction", None, "BANK RAISES RATES"),
        ("(CORRECTED) - BANK RAISES RATES", "correction", None, "BANK RAISES RATES"),
        ("(CORRECTED)-BANK RAISES RATES", "correction", None, "BANK RAISES RATES"),
        ("Correction: Bank raises rates", "correction", None, "Bank raises rates"),
        ("UPDATE 2-Bank raises rates", "update", 2, "Bank raises rates"),
        ("UPDATE: Bank raises rates", "update", None, "Bank raises rates"),
        ("WRAPUP 3-Bank raises rates", "update", 3, "Bank raises rates"),
        ("RPT-Bank raises rates", "repeat", None, "Bank raises rates"),
        ("BANK RAISES RATES (RPT)", "repeat", None, "BANK RAISES RATES"),
        ("(RPT) BANK RAISES RATES", "repeat", None, "BANK RAISES RATES"),
        ("RPT-UPDATE 1-Bank raises rates", "repeat", 1, "Bank raises rates"),
        ("CORRECTED-UPDATE 2-Bank raises rates", "correction", 2, "Bank raises rates"),
        ("REFILE-UPDATE 1-Bank raises rates", "correction", 1, "Bank raises rates"),
        ("ADVISORY-Bank story", "advisory", None, "Bank story"),
        ("KILL-Bank raises rates", "kill", None, "Bank raises rates"),
        ("(LEAD) Bank raises rates", "update", None, "Bank raises rates"),
        ("(2nd LD) Bank raises rates", "update", 2, "Bank raises rates"),
        ("KORR: Bank hebt Zinsen an", "correction", None, "Bank hebt Zinsen an"),
        ("Berichtigung: Bank hebt Zinsen an", "correction", None, "Bank hebt Zinsen an"),
        ("ROUNDUP 2: Bank hebt Zinsen an", "update", 2, "Bank hebt Zinsen an"),
        ("WDH: Bank hebt Zinsen an", "repeat", None, "Bank hebt Zinsen an"),
        ("ACTUALIZA 1-Banco sube tasas", "update", 1, "Banco sube tasas"),
        ("CORREGIDO-Banco sube tasas", "correction", None, "Banco sube tasas"),
        ("RÄTTELSE: Banken höjer räntan", "correction", None, "Banken höjer räntan"),
        ("OIKAISU: Pankki nostaa korkoa", "correction", None, "Pankki nostaa korkoa"),
        ("ИСПРАВЛЕНИЕ: Банк поднял ставку", "correction", None, "Банк поднял ставку"),
        ("ИСПРАВЛЕННАЯ ВЕРСИЯ: Банк поднял ставку", "correction", None, "Банк поднял ставку"),
        ("MISE A JOUR: La banque relève ses taux", "update", None, "La banque relève ses taux"),
        ("DÜZELTME-Banka faizi artırdı", "correction", None, "Banka faizi artırdı"),
        ("OPRAVA: Banka zvýšila sazby", "correction", None, "Banka zvýšila sazby"),
        ("訂正：銀行が金利を引き上げ", "correction", None, "銀行が金利を引き上げ"),
        ("【更正】银行加息", "correction", None, "银行加息"),
        ("（更新）银行加息", "update", None, "银行加息"),
        ("[정정] 은행 금리 인상", "correction", None, "은행 금리 인상"),
        ("(2보) 은행 금리 인상", "update", 2, "은행 금리 인상"),
        ("تصحيح: البنك يرفع الفائدة", "correction", None, "البنك يرفع الفائدة"),
    ],
)
def test_headlines(headline: str, kind: str, number: int | None, stripped: str) -> None:
    assert revision.read(headline, None) == revision.Revision(kind, number, stripped, None)


@pytest.mark.parametrize(
    "headline",
    [
        "Bank corrects forecast",
        "Correct answer was never given",
        "CORRECTIONS <CORX> TO BUILD JAIL",
        "Lead poisoning - a city's burden",
        "Update on the storm",
        "Wrap: a sandwich's tale",
        "Kill Bill: the musical",
        "Withdrawal: why the troops left",
        "Repeat offenders - a study",
        "Hinweis: Wahl ist morgen",
        "UPS - THE STRIKE",
        "Neu-Ulm feiert",
        "更新する銀行: 三社",
        "수정 예산안 통과",
        "2보 전진",
        "Advance - the last day",
        "3-2 win for Rovers",
        "",
        "-",
        "CORRECTED-",
    ],
)
def test_headlines_that_begin_alike(headline: str) -> None:
    found = revision.read(headline, None)
    assert (found.kind, found.headline) == (None, headline or None)


@pytest.mark.parametrize(
    ("headline", "kind", "stripped"),
    [
        ("Jäätie avattiin ///KORJATTU", "correction", "Jäätie avattiin"),
        ("Jäätie avattiin ///KORJATTU///", "correction", "Jäätie avattiin"),
        ("Jäätie avattiin ///KORJATTU klo 12///", "correction", "Jäätie avattiin"),
        ("Isbanan öppnad ///STORY///", None, "Isbanan öppnad ///STORY///"),
        ("See https://example.org/corrected", None, "See https://example.org/corrected"),
    ],
)
def test_markers_in_slashes_behind_a_headline(headline: str, kind: str | None, stripped: str) -> None:
    assert revision.read(headline, None) == revision.Revision(kind, None, stripped, None)


@pytest.mark.parametrize(
    ("slug", "kind", "number", "stripped"),
    [
        ("BC-Bank-Rates, 1st Ld-Writethru", "update", 1, "BC-Bank-Rates"),
        ("AM-BANK-RATES-3RDLD", "update", 3, "AM-BANK-RATES"),
        ("PM-BANK-RATES 1stld", "update", 1, "PM-BANK-RATES"),
        ("BC-Bank--Rates, 2nd Ld", "update", 2, "BC-Bank--Rates"),
        ("BC-CORRECTED---BANK-RAT", "correction", None, "BC-BANK-RAT"),
        ("BC-(CORRECTED)-BANK-RAT", "correction", None, "BC-BANK-RAT"),
        ("BANK-RATES/ (UPDATE 1)", "update", 1, "BANK-RATES/"),
        ("BANK-RATES/ (UPDATE 1, PIX, TV)", "update", 1, "BANK-RATES/ (UPDATE 1, PIX, TV)"),
        ("///KORJATTU UUTINEN PO. PANKKI///", "correction", None, "///KORJATTU UUTINEN PO. PANKKI///"),
        ("///UUTINEN///", None, None, "///UUTINEN///"),
        ("BC-LEADING-INDICATORS", None, None, "BC-LEADING-INDICATORS"),
        ("BC-GOLD-PRICES", None, None, "BC-GOLD-PRICES"),
        ("BC-WORLD-BANK", None, None, "BC-WORLD-BANK"),
    ],
)
def test_slugs(slug: str, kind: str | None, number: int | None, stripped: str) -> None:
    assert revision.read(None, slug) == revision.Revision(kind, number, None, stripped)


@pytest.mark.parametrize(
    ("signal", "kind"),
    [
        ("sig:update", "update"),
        ("sig:correction", "correction"),
        ("action:replace", "update"),
        ("action:new", None),
        ("edStat:U", "update"),
        ("edStat:N", None),
        ("tt_sig:replace", "update"),
        ("KORR-Bericht", "correction"),
        ("sig:cancel", "kill"),
        ("genre:Update", None),
        ("u", None),
    ],
)
def test_signals(signal: str, kind: str | None) -> None:
    assert revision.of_signal(signal) == kind


def test_the_gravest_word_wins() -> None:
    found = revision.read("UPDATE 1-Bank raises rates", None, ("sig:correction",))
    assert (found.kind, found.number) == ("correction", 1)
    assert revision.read("UPDATE 1-Bank", None, canceled=True).kind == "kill"


def test_notes_count_where_nothing_else_speaks() -> None:
    assert revision.read("Bank", None, notes=("(Corrects year)",)).kind == "correction"
    assert revision.read("Bank", None, notes=("(Adds quotes)",)).kind == "update"
    assert revision.read("RPT-Bank raises", None, notes=("(Adds quotes)",)).kind == "repeat"
    assert revision.read("Bank", None, notes=("Photos at noon",)).kind is None


def test_a_spaced_out_replacement_line() -> None:
    assert revision.read("N i e u w bericht, vervangt eerder bericht", None).kind == "update"


@given(
    st.sampled_from(["UPDATE {}-", "RPT-UPDATE {}-", "WRAPUP {}-", "ACTUALIZA {}-"]),
    st.integers(1, 99),
    st.from_regex(r"[A-Z][a-z]{2,9} [a-z]{2,9} [a-z]{2,9}", fullmatch=True),
)
def test_a_composed_marker_comes_off(marker: str, number: int, headline: str) -> None:
    found = revision.read(marker.format(number) + headline, None)
    assert (found.number, found.headline) == (number, headline)


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_text_breaks_it(headline: str, slug: str) -> None:
    found = revision.read(headline, slug)
    assert (found.headline or "") in headline
    assert found.kind is None or found.kind in ("update", "correction", "repeat", "advisory", "kill")


def test_the_marker_of_a_version_line_is_a_signal() -> None:
    found = revision.read("Port opens", "BC-Port", ("2nd Ld-Writethru, a0123",))
    assert (found.kind, found.number, found.slugline) == ("update", 2, "BC-Port")
    assert revision.read("Port opens", None, ("Analysis", "older ld wall")).kind is None

"""Hard places through whole items: exonyms, renamed cities, namesakes, sites and seas in 15 languages."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.item import Item
from tests.transforms.normalize.dateline.whole_items import FORMS, LEADS, whole

OWN = Path(__file__).parents[3] / "data/datelines/places.tsv"
# Canada's provinces have letters in ISO 3166-2 and numbers in the developers' list.
PROVINCES = {"CA-08": "CA-ON"}
LANGUAGES = {
    "de": "Moskau KIEW Peking GENF Köln MUENCHEN MÜNCHEN ATHEN LISSABON KOPENHAGEN MAILAND ROM FLORENZ NEAPEL"
    " LÜTTICH BAGDAD DAMASKUS",
    "fr": "MOSCOU BÂLE LISBONNE BEYROUTH JÉRUSALEM",
    "es": "PEKÍN GINEBRA VIENA ATENAS ARGEL SEÚL",
    "ru": "КИЕВ",
    "zh": "北京",
}


def own() -> list[tuple[str, str, str, str]]:
    """Language, place, country, region of each row of our own list."""
    rows = (line.split("\t") for line in OWN.read_text("utf-8").splitlines()[1:])
    return [(language, place, country, region) for language, place, country, region in rows]


def developers(shared: Path) -> Iterator[tuple[str, str, str, str]]:
    """The developers' list in the same form; what is not marked above is English, `EL CAIRO` Spanish."""
    named = {place: language for language, places in LANGUAGES.items() for place in places.split()}
    named |= {"EL CAIRO": "es", "LA HAYE": "fr", "Nueva York": "es"}
    for line in (shared / "corpora/datelines_hard_dev.tsv").read_text("utf-8").splitlines()[1:]:
        place, wanted = line.split("\t")
        country, _, part = wanted.partition("/")
        code = f"{country}-{part}" if part else ""
        yield named.get(place, "en"), place, country.replace("None", ""), PROVINCES.get(code, code)


def right(item: Item, place: str, country: str, region: str, language: str) -> bool:
    """Whether an item has the place as written, its country and region, and the lead without them."""
    if item.dateline is None or not item.dateline.places:
        return False
    first = item.dateline.places[0]
    return (
        (first.country or "") == country
        and (not region or first.region == region)
        and (item.dateline.place_text or "").strip(" -") == place.strip(" -")
        and item.body_text.startswith(LEADS[language])
    )


def test_the_own_list_in_whole_items() -> None:
    """Each place in the form of one agency of its language, another for each next place."""
    rows, wrong = own(), []
    for number, (language, place, country, region) in enumerate(rows):
        provider, form = FORMS[language][number % len(FORMS[language])]
        # A byline before a place, and a place without mark or date, want it in capitals.
        written = place.upper() if "By " in form or form == "{place} — " else place
        item = whole(form.format(place=written), language, provider)
        if not right(item, written, country, region, language):
            wrong.append((place, form))
    assert len(rows) > 3000
    assert len(wrong) / len(rows) <= 0.005, wrong


def test_every_agency_form_in_each_language() -> None:
    """Every 12th place of the list in every form: no agency does worse than the whole."""
    wrong: collections.Counter[tuple[str, str]] = collections.Counter()
    count: collections.Counter[tuple[str, str]] = collections.Counter()
    for language, place, country, region in own()[::12]:
        for provider, form in FORMS[language]:
            written = place.upper() if "By " in form or form == "{place} — " else place
            item = whole(form.format(place=written), language, provider)
            count[language, form] += 1
            wrong[language, form] += not right(item, written, country, region, language)
    assert {form: number for form, number in wrong.items() if number > 0.02 * count[form] + 1} == {}


@pytest.mark.parametrize("marked", [False, True], ids=["in the text", "in the mark-up"])
def test_the_developers_list_in_whole_items(shared: Path, marked: bool) -> None:
    total = good = 0
    for language, place, country, region in developers(shared):
        for provider, form in FORMS[language]:
            written = place.upper() if "By " in form or form == "{place} — " else place
            line = form.format(place=written)
            item = whole("" if marked else line, language, provider, marked=line.rstrip() if marked else None)
            total += 1
            good += right(item, written, country, region, language)
    assert good / total >= 0.98

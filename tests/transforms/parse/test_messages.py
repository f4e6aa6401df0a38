"""Messages of several items, in every format that has them: a bad item costs itself only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError, Reject
from schemas.item import Item
from schemas.raw import RawItem
from tests.formats import FORMATS, MESSAGES
from tests.fuzz.way import results
from transforms.parse.registry import formats
from transforms.parse.transform import parse

_XML = [name for name, sample in MESSAGES.items() if sample.item(1).startswith("<")]
_CUTTABLE = [name for name in _XML if not name.startswith("feed")]  # feedparser mends by itself
_JSON = [name for name, sample in MESSAGES.items() if sample.item(1).startswith("{") and name != "email"]


def items(data: bytes) -> list[Item]:
    return [result for result in results(data) if isinstance(result, Item)]


def test_there_is_a_sample_of_every_format() -> None:
    assert {sample.source_format for sample in FORMATS.values()} == {known.name for known in formats()}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_story_in_every_format(name: str) -> None:
    (found,) = items(FORMATS[name].one())
    assert found.source_format == ("newsml-g2" if name == "xml-envelope" else FORMATS[name].source_format)
    assert (found.headline or "").startswith("Ferry line to the islands gets a third ship")
    lines = found.body_text.split("\n")
    assert lines[0] == ("The ferry line between the coast and the islands gets a third ship in spring.")
    assert lines[-2].endswith("so that buses & lorries of any size can board.")
    assert lines[-1].startswith('"We have waited for this <ship> since')
    assert found.dateline is not None
    assert (found.dateline.place_text or "").casefold() == "kiel"


@pytest.mark.parametrize("name", MESSAGES)
def test_one_bad_item_costs_only_itself(name: str) -> None:
    sample = MESSAGES[name]
    whole = items(sample.file([sample.item(number) for number in (1, 2, 3)]))
    assert len(whole) == 3
    found = list(results(sample.file([sample.item(1), sample.spoiled, sample.item(3)])))
    good = [result for result in found if isinstance(result, Item)]
    assert len(found) == 3
    assert [good[0].body_text, good[-1].body_text] == [whole[0].body_text, whole[2].body_text]
    assert [good[0].headline, good[-1].headline] == [whole[0].headline, whole[2].headline]
    if name != "zczc":  # what stands between two telegrams is read as text
        (reject,) = [result for result in found if isinstance(result, Reject)]
        assert reject.source.endswith("#2")


@pytest.mark.parametrize("name", _CUTTABLE)
@pytest.mark.parametrize("fault", ["<", "<a b=>", "</p></p>", "<deep>" * 300 + "</deep>" * 300])
def test_an_item_that_is_not_well_formed_costs_only_itself(name: str, fault: str) -> None:
    sample = MESSAGES[name]
    item = sample.item(2)
    place = item.index("Ferry line")
    found = list(results(sample.file([sample.item(1), item[:place] + fault + item[place:], sample.item(3)])))
    assert [type(result) for result in found] == [Item, Reject, Item]
    assert [result.source[-2:] for result in found] == ["#1", "#2", "#3"]
    first, bad, last = found
    assert isinstance(first, Item)
    assert isinstance(last, Item)
    assert isinstance(bad, Reject)
    assert bad.code in (Code.XML_BROKEN, Code.TOO_DEEP)
    assert fault in bad.raw.decode()
    assert first.body_text.endswith("largest island.")
    assert (last.headline or "").endswith(" 3")
    assert "message_broken" in last.warnings


@pytest.mark.parametrize("name", _CUTTABLE)
def test_a_message_cut_off_keeps_what_came(name: str) -> None:
    sample = MESSAGES[name]
    data = sample.file([sample.item(number) for number in (1, 2, 3)])
    found = list(results(data[: data.rindex(b"largest island")]))
    assert [type(result) for result in found] == [Item, Item, Reject]


@pytest.mark.parametrize("name", _JSON)
@pytest.mark.parametrize("fault", ["}", '"', "x", ",,", '{"a": 1}', "\\", "\x00"])
def test_an_item_that_is_no_json_costs_only_itself(name: str, fault: str) -> None:
    sample = MESSAGES[name]
    item = sample.item(2)
    place = item.index("Ferry line") - 1
    found = list(results(sample.file([sample.item(1), item[:place] + fault + item[place:], sample.item(3)])))
    good = [result for result in found if isinstance(result, Item)]
    assert [(result.headline or "")[-1] for result in good] == ["1", "3"]
    (bad,) = [result for result in found if isinstance(result, Reject)]
    assert (bad.source[-2:], bad.code) == ("#2", Code.STRUCTURE_BROKEN)
    assert fault.strip(" ,\x00").encode() in bad.raw
    assert "message_broken" in good[1].warnings


@pytest.mark.parametrize("name", _JSON)
def test_a_list_cut_off_keeps_what_came(name: str) -> None:
    sample = MESSAGES[name]
    data = sample.file([sample.item(number) for number in (1, 2, 3)])
    found = list(results(data[: data.rindex(b"largest island")]))
    assert [type(result) for result in found] == [Item, Item, Reject]


def test_nothing_to_save_is_the_whole_message_as_one_reject() -> None:
    with pytest.raises(ItemError) as caught:
        list(parse(RawItem("mem:1", b"<NewsML><NewsItem><a></NewsItem><NewsItem><b></NewsItem></NewsML>")))
    assert (caught.value.code, caught.value.source_format) == (Code.XML_BROKEN, "newsml-1")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", _JSON)
@settings(max_examples=20, deadline=None)
@given(value=_VALUES)
def test_any_value_between_two_items(name: str, value: object) -> None:
    sample = MESSAGES[name]
    found = items(sample.file([sample.item(1), json.dumps(value), sample.item(3)]))
    assert [(found[0].headline or "")[-1], (found[-1].headline or "")[-1]] == ["1", "3"]


@pytest.mark.parametrize("name", _XML)
@settings(max_examples=20, deadline=None)
@given(
    text=st.text(st.characters(exclude_characters="<", exclude_categories=["Cs"]), max_size=60),
    inner=st.sampled_from(["", "<p>", "<a/>", "<![CDATA[", "&x;", "<!-- ", "<item>", "<NewsItem/>"]),
)
def test_any_text_between_two_items(name: str, text: str, inner: str) -> None:
    sample = MESSAGES[name]
    tag = sample.spoiled[1:].partition("/")[0].split()[0].rstrip(">")
    data = sample.file([sample.item(1), f"<{tag}>{text}{inner}{text}</{tag}>", sample.item(3)])
    kept = [result for result in results(data) if isinstance(result, Item)]
    # What a comment or section begins that never ends, the rest of the message is inside of.
    assert kept or inner in ("<![CDATA[", "<!-- ")
    if kept:
        assert (kept[0].headline or "").endswith(" 1")

"""Whole families of copies and of look-alikes, on own samples in three languages (`family.py`)."""

import itertools
import random
from collections.abc import Callable

import pytest

from tests.transforms.dedupe.conftest import MakeItem
from tests.transforms.dedupe.family import FORMS, STORIES, Form
from transforms.dedupe.linker import assign
from transforms.dedupe.sketch import sketch

NEWS = (
    "Further details were not immediately available.",
    "The matter has been the subject of debate for months, and several members of parliament have asked for a "
    "hearing before the summer.",
)
FOOT = (
    "The figures are provisional and may be revised. This report was compiled from official notices and from "
    "the desk's own records, and clients with questions may call the newsroom at any hour."
)


def lines(text: str) -> list[str]:
    return text.split("\n")


def retouched(text: str, share: float) -> str:
    """So many words of a text replaced or extended, as an editor does: no names, no numbers."""
    draw = random.Random(len(text))
    words = text.split(" ")
    for at in draw.sample(range(len(words)), max(1, int(share * len(words)))):
        if words[at].islower() and "\n" not in words[at]:
            words[at] = f"really {words[at]}" if draw.random() < 0.5 else f"{words[at]}s"
    return " ".join(words)


COPIES: dict[str, Callable[[str, str], tuple[str | None, str]]] = {
    "resent": lambda head, body: (head, body),
    "capitals": lambda head, body: (head.upper(), body.upper()),
    "other headline": lambda head, body: (" ".join([*head.split()[1:], "report"]), body),
    "no headline": lambda head, body: (None, body),
    "end cut": lambda head, body: (head, "\n".join(lines(body)[:-1])),
    "cut to half": lambda head, body: (head, "\n".join(lines(body)[: len(lines(body)) // 2])),
    "cut to two": lambda head, body: (f"{head.upper()} - REPORT", "\n".join(lines(body)[:2])),
    "middle cut": lambda head, body: (head, "\n".join([*lines(body)[:2], *lines(body)[4:]])),
    "start cut": lambda head, body: (head, "\n".join(lines(body)[1:])),
    "start cut twice": lambda head, body: (head, "\n".join(lines(body)[2:])),
    "added behind": lambda head, body: (head, "\n".join([body, *NEWS])),
    "added before": lambda head, body: (head, "\n".join([NEWS[1], body])),
    "added between": lambda head, body: (head, "\n".join([*lines(body)[:3], *NEWS, *lines(body)[3:]])),
    "retouched": lambda head, body: (head, retouched(body, 0.05)),
    "edited": lambda head, body: (head, retouched(body, 0.1)),
    "other quotes": lambda head, body: (head, body.replace('"', "''")),
    "other units": lambda head, body: (head, body.replace("percent", "pct").replace("million", "mln")),
    "paragraphs moved": lambda head, body: (
        head,
        "\n".join([*lines(body)[:2], lines(body)[3], lines(body)[2], *lines(body)[4:]]),
    ),
}
LOOKS: dict[str, Callable[[Form, str, str], tuple[str | None, str, str | None]]] = {
    "as sent": lambda form, head, body: (head, body, None),
    "one headline": lambda form, head, body: (form.name.upper(), body, None),
    "no headline": lambda form, head, body: (None, body, None),
    "one slug": lambda form, head, body: (head, body, form.name),
    "one of both": lambda form, head, body: (form.name.upper(), body, form.name),
    "one foot": lambda form, head, body: (head, f"{body}\n{FOOT}", None),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_story_in_another_shape_is_the_same_story(item: MakeItem, how: str) -> None:
    for head, body in STORIES:
        later, text = COPIES[how](head, body)
        one, two = item(body, head), item(text, later, hours=3)
        found = assign([sketch(one), sketch(two)])
        assert found[two.item_id].story_id == one.uri, head


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
def test_a_form_filled_again_is_another_story(item: MakeItem, form: Form, look: str) -> None:
    items = []
    for number, (head, *fillers) in enumerate(form.fillings):
        headline, body, slug = LOOKS[look](form, head, form.frame.format(*fillers))
        items.append(item(body, headline, hours=number * form.hours, slugline=slug))
    found = assign(map(sketch, items))
    assert len({verdict.story_id for verdict in found.values()}) == len(items)


def test_stories_of_one_day_are_not_mixed_up(item: MakeItem) -> None:
    items = [item(body, head, hours=number / 10) for number, (head, body) in enumerate(STORIES)]
    for number, form in enumerate(FORMS):
        head, *fillers = form.fillings[0]
        items.append(item(form.frame.format(*fillers), head, hours=1 + number / 10))
    found = assign(map(sketch, items))
    assert not any(verdict.relation for verdict in found.values())


@pytest.mark.parametrize("hours", [80, 340])
def test_a_story_far_apart_in_time_is_another_event(item: MakeItem, hours: int) -> None:
    for head, body in STORIES:
        one, two = item(body, head), item(body, head, hours=hours)
        assert assign([sketch(one), sketch(two)])[two.item_id].relation is None


def test_one_filling_sent_again_is_a_copy_among_its_look_alikes(item: MakeItem) -> None:
    for form in FORMS:
        items = [
            item(form.frame.format(*fillers), head, hours=number * 0.2)
            for number, (head, *fillers) in enumerate(form.fillings)
        ]
        head, *fillers = form.fillings[-1]
        again = item(form.frame.format(*fillers), head, hours=2)
        found = assign(map(sketch, [*items, again]))
        assert found[again.item_id].duplicate_of == items[-1].uri, form.name
        assert len({verdict.story_id for verdict in found.values()}) == len(items), form.name


def test_no_story_is_a_copy_of_another(item: MakeItem) -> None:
    for (head, body), (other_head, other) in itertools.permutations(STORIES, 2):
        digest = "\n".join([*lines(other)[:2], *lines(body)[:1]])
        one, two = item(body, head), item(digest, f"NEWS AT SIX: {other_head}", hours=1)
        assert assign([sketch(one), sketch(two)])[two.item_id].relation is None

"""Story forms sent by mail: a JSON object whose keys are a form's labels, each with a list of answers."""

from __future__ import annotations

import json

from schemas.item import Subject
from transforms.parse.fields import Fields
from transforms.parse.lines import clean, fold, paragraphs

_ORIGIN = "form"
_LONGEST = 500_000  # characters
_FIELDS = {
    "headline": "headline",
    "slugline": "slugline",
    "byline": "byline",
    "abstract": "summary",
    "summary": "summary",
    "dateline": "dateline",
    "place": "located",
    "sign off": "sign_off",
    "language": "language",
}
_NOTES = ("ed note", "editorial note", "legal", "legal flag", "embargo")


def read(text: str) -> dict[str, list[str]] | None:
    """The answers by label (lower case), None where a text is no such form: no headline, no body."""
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")) or len(stripped) > _LONGEST:
        return None
    try:
        # Mail programs break long strings: line ends inside them are let through.
        value = json.loads(stripped, strict=False)
    except (ValueError, RecursionError):
        return None
    answers: dict[str, list[str]] = {}
    for label, given in value.items():
        listed = given if isinstance(given, list) else [given]
        answers[label.strip().casefold()] = [str(one) for one in listed if isinstance(one, str | int) and one]
    return answers if answers.get("headline") or answers.get("body") else None


def put(fields: Fields, answers: dict[str, list[str]]) -> None:
    """Hand a form's answers to an item's fields."""
    for label, name in _FIELDS.items():
        for answer in answers.get(label, ())[:1]:
            fields.put(name, fold(answer), f"{_ORIGIN}: {label}")
    for answer in answers.get("priority", ())[:1]:
        if answer in "123456789":
            fields.put("urgency", int(answer), f"{_ORIGIN}: priority")
    for answer in answers.get("category", ()):
        fields.add("subjects", Subject("category", None, fold(answer)), f"{_ORIGIN}: category")
    for answer in answers.get("genre", ()):
        fields.add("genres", fold(answer), f"{_ORIGIN}: genre")
    for label in _NOTES:
        for answer in answers.get(label, ()):
            fields.add("ed_notes", fold(answer), f"{_ORIGIN}: {label}")
    body = [line for answer in answers.get("body", ()) for line in (*clean(answer).split("\n"), "")]
    fields.put("paragraphs", tuple(paragraphs(body)), f"{_ORIGIN}: body")

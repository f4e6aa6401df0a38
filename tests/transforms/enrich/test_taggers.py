"""Taggers by name, and rules and model together."""

from __future__ import annotations

import time
from importlib import metadata

import pytest
import threadpoolctl

from schemas.errors import WirebeamError
from transforms.enrich import spacy, taggers
from transforms.enrich.combined import AGREED, Combined
from transforms.enrich.rules import Rules
from transforms.enrich.span import Span, identity


class Fixed:
    """A tagger that says the same always."""

    def __init__(self, *spans: tuple[int, int, str, float]) -> None:
        self._spans = [Span(*span, "fixed") for span in spans]

    def tag(self, text: str, language: str | None) -> list[Span]:
        return list(self._spans)


def test_the_built_in_ones() -> None:
    assert isinstance(taggers.tagger("rules"), Rules)
    assert taggers.tagger("off").tag("Ada Quill", "en") == []
    assert identity(taggers.tagger("rules")).startswith("rules sha256:")


def test_a_users_tagger_drops_in_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = metadata.EntryPoint("mine", f"{__name__}:Fixed", taggers.GROUP)
    monkeypatch.setattr(metadata.EntryPoint, "load", lambda self: Fixed)
    monkeypatch.setattr(
        metadata,
        "entry_points",
        lambda group: metadata.EntryPoints((point,)) if group == taggers.GROUP else (),
    )
    made = taggers.tagger("mine")
    assert made.tag("any", None) == []
    assert identity(made).endswith("Fixed")


def test_an_unknown_one_is_one_clear_error() -> None:
    with pytest.raises(WirebeamError, match=r"--ner nosuch.*rules"):
        taggers.tagger("nosuch")


def test_a_missing_model_says_what_to_install() -> None:
    with pytest.raises(WirebeamError, match="pip install"):
        spacy.Spacy("no_such_model_anywhere")


def test_both_agree() -> None:
    both = Combined({"en": Fixed((0, 3, "PERSON", 0.8))}, Fixed((0, 3, "PERSON", 0.7)), "both")
    assert both.tag("Ada", "en") == [Span(0, 3, "PERSON", AGREED, "both")]


def test_the_rules_decide_the_type_and_what_they_are_sure_of() -> None:
    model = Fixed((0, 3, "ORG", 0.8), (10, 15, "GPE", 0.9))
    rules = Fixed((0, 3, "PERSON", 0.9), (10, 22, "ORG", 0.93))
    found = Combined({"en": model}, rules, "both").tag("Ada and a Paris Widgets.", "en")
    assert [(span.start, span.end, span.type) for span in found] == [(0, 3, "PERSON"), (10, 22, "ORG")]
    assert all(span.confidence < 0.9 for span in found)


def test_the_model_is_asked_in_its_own_language_only() -> None:
    both = Combined({"en": Fixed((0, 3, "PERSON", 0.9))}, Fixed(), "both")
    assert both.tag("Ada", "en-GB")
    assert both.tag("Ada", None)
    assert both.tag("Ada", "fr") == []


def test_the_model_tags_by_paragraph() -> None:
    model = spacy.Spacy()
    text = "Barack Obama visited Berlin.\n\nHe met Angela Merkel."
    first = model.tag(text, "en")
    assert [(text[s.start : s.end], s.type) for s in first] == [
        ("Barack Obama", "PERSON"),
        ("Berlin", "GPE"),
        ("Angela Merkel", "PERSON"),
    ]
    assert model.tag(text, "en") == first
    assert model.tag(text, "de") == []
    other = "Angela Merkel left Paris."
    assert model.tag_all([(text, "en"), (other, None), (other, "fr")]) == [first, model.tag(other, "en"), []]
    assert "sha256:" in model.identity


def test_a_process_with_a_model_takes_one_core() -> None:
    # Two worker processes with two threads of OpenBLAS each were as slow as one process.
    model = spacy.Spacy()
    threads = [one["num_threads"] for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
    assert threads
    assert set(threads) == {1}
    own, whole = time.thread_time(), time.process_time()
    model.tag("\n".join(f"Angela Merkel {number} left Paris." for number in range(2_000)), "en")
    own, whole = time.thread_time() - own, time.process_time() - whole
    assert whole < 1.2 * own

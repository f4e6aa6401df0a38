"""The stage as a whole: entities with mentions, names, links and salience, and topics."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.item import Entity, Subject
from transforms.enrich.rules import Rules
from transforms.enrich.span import Span
from transforms.enrich.story import Story, enrich, enrich_all

BODY = """Harbour minister Lena Maria Okonjo said on Tuesday that Baltic Widgets Inc (NYSE: BWX) would\
 build a yard in Rotterdam.
Okonjo, 51, spoke to reporters in Brussels after talks with the International Monetary Fund.
"We will not wait," she said. The IMF declined to comment.
Shares of Baltic Widgets rose. A rival, Peter Kovac, said France would object."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


def entities(rules: Rules, body: str, headline: str = "", language: str | None = "en") -> tuple[Entity, ...]:
    found = enrich(Story(headline, body, language), rules).entities
    assert found is not None
    return found


def by_form(found: tuple[Entity, ...]) -> dict[str, Entity]:
    return {entity.text: entity for entity in found}


def test_mentions_are_where_the_text_says(rules: Rules) -> None:
    found = entities(rules, BODY)
    assert len(found) >= 8
    for entity in found:
        assert entity.mentions
        for mention in entity.mentions:
            assert mention.field == "body_text"
            assert BODY[mention.start : mention.end] == entity.text


def test_a_surname_goes_by_the_full_name(rules: Rules) -> None:
    found = by_form(entities(rules, BODY))
    assert found["Lena Maria Okonjo"].type == found["Okonjo"].type == "PERSON"
    assert found["Okonjo"].name == "Lena Maria Okonjo"
    assert found["Okonjo"].salience == found["Lena Maria Okonjo"].salience


def test_initials_and_legal_forms_go_by_the_full_name(rules: Rules) -> None:
    found = by_form(entities(rules, BODY))
    assert found["IMF"].name == found["International Monetary Fund"].name == "International Monetary Fund"
    assert found["Baltic Widgets"].name == "Baltic Widgets Inc"
    assert found["Baltic Widgets"].links == found["Baltic Widgets Inc"].links


def test_links(rules: Rules) -> None:
    found = by_form(entities(rules, BODY))
    links = {form: {(link.scheme, link.id) for link in entity.links} for form, entity in found.items()}
    assert ("ticker", "NYSE:BWX") in links["Baltic Widgets Inc"]
    assert ("domain", "imf.org") in links["IMF"]
    assert ("iso3166-1", "FR") in links["France"]
    assert {("geonames", "2747891"), ("iso3166-1", "NL")} <= links["Rotterdam"]


def test_what_the_head_line_names_outranks_what_the_last_paragraph_does(rules: Rules) -> None:
    found = entities(rules, BODY, "Okonjo promises a new yard")
    assert found[0].name == "Lena Maria Okonjo"
    salience = {entity.name: entity.salience or 0 for entity in found}
    assert salience["Lena Maria Okonjo"] > salience["International Monetary Fund"] > salience["Peter Kovac"]
    assert all(0 <= value <= 1 for value in salience.values())


def test_a_flash_is_read_from_its_head_line(rules: Rules) -> None:
    found = entities(rules, "", "KOVAC BANK <KVB> TO LEAVE ROTTERDAM, PETER MILLER SAYS")
    forms = {(entity.type, entity.text, entity.name) for entity in found}
    assert ("PERSON", "PETER MILLER", "Peter Miller") in forms
    assert ("GPE", "ROTTERDAM", "Rotterdam") in forms
    assert ("ORG", "KOVAC BANK", "Kovac Bank") in forms
    assert {mention.field for entity in found for mention in entity.mentions} == {"headline"}


def test_nothing_in_nothing_out(rules: Rules) -> None:
    assert entities(rules, "") == ()
    assert entities(rules, "the quick brown fox jumps over the lazy dog.\nit did so again.") == ()


def test_topics_come_from_the_codes(rules: Rules) -> None:
    story = Story("", BODY, "en", subjects=(Subject("subj", "15054000", None),))
    (topic,) = enrich(story, rules).topics
    assert (topic.code, topic.name, topic.source) == ("15000000", "sport", "subj:15054000")


class Shouter:
    """A user's tagger: words in capitals are codes."""

    def tag(self, text: str, language: str | None) -> list[Span]:
        at = text.find("QX7")
        return [Span(at, at + 3, "CODE", 0.5, "shouter")] if at >= 0 else []


def test_a_tagger_of_the_users_own_may_have_its_own_types() -> None:
    found = enrich(Story("", "Item QX7 is late. QX7 again.", "en"), Shouter()).entities
    assert found is not None
    (entity,) = found
    assert (entity.type, entity.text, entity.source) == ("CODE", "QX7", "shouter")
    assert [(mention.start, mention.end) for mention in entity.mentions] == [(5, 8), (18, 21)]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=80), st.sampled_from([None, "en", "de", "ru", "fr-CA"]))
def test_any_text_gives_mentions_that_hold(body: str, headline: str, language: str | None) -> None:
    for entity in entities(Rules(), body, headline, language):
        for mention in entity.mentions:
            text = body if mention.field == "body_text" else headline
            assert text[mention.start : mention.end] == entity.text
            assert entity.text == entity.text.strip() != ""


MIXTURE = """the of and said in Mr President Acme Inc Corp Bank University Paris France U.S. John Maria Okonjo
 Jr. & de van New York Street River Monday 7th <ACM> (NYSE: ACM) Moody's Investors Service Then-premier
 R-Texas IMF . , \""""
WORDS = st.sampled_from([*MIXTURE.split(" "), "\n"])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=40), st.sampled_from(["en", "de", None]), st.booleans())
def test_any_mixture_of_names_gives_mentions_that_hold(
    words: list[str], language: str | None, shout: bool
) -> None:
    body = " ".join(words)
    body = body.upper() if shout else body
    found = entities(Rules(), body, language=language)
    places = sorted((m.start, m.end) for entity in found for m in entity.mentions)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(places))
    for entity in found:
        assert all(body[m.start : m.end] == entity.text for m in entity.mentions)
    assert found == entities(Rules(), body, language=language)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.lists(WORDS, max_size=20), st.sampled_from(["en", "de", "ru", None])), max_size=5)
)
def test_stories_together_are_stories_one_by_one(told: list[tuple[list[str], str | None]]) -> None:
    stories = [Story(" ".join(words[:4]), " ".join(words), language) for words, language in told]
    assert enrich_all(stories, Rules()) == [enrich(story, Rules()) for story in stories]

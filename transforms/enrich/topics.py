"""Topics: the wire's own codes and words in IPTC Media Topics."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import WirebeamError
from schemas.item import Subject, Topic
from transforms.enrich.words import table

SCHEME = "medtop"
# How sure a topic is: a Media Topic or an IPTC subject code as sent, another code mapped, a word mapped.
_SENT, _MAPPED, _NAMED, _KEYWORD = 1.0, 0.9, 0.8, 0.6
_SUBJECT_CODES = frozenset(("subj", "sttsubj", "iptc", "subjectcode"))
_TOPIC_SCHEMES = frozenset(("medtop", "mediatopic"))
# House schemes that use another's codes.
_SAME_AS = {
    "a1312cat": "anpa",
    "anpa-1312": "anpa",
    "anpa_category": "anpa",
    "category": "anpa",
    "mcc": "anpa",
    "mccl": "N2",
    "n2": "N2",
    "iptc7901": "dpacat",
    "ressort": "dpacat",
}
# What these name is no topic.
_NO_TOPICS = frozenset(("person", "organisation", "place", "event", "poi", "object", "team", "league"))
_CODE = re.compile(r"\d{8}")


@dataclass(frozen=True, slots=True)
class Concept:
    """A Media Topic: its code, English name, the code it stands under (None at the top)."""

    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Media Topics.

    Attributes:
        concepts: by code.
        subject_codes: IPTC subject code -> code of the Media Topic that took its place.
        names: folded name in any language -> code.
    """

    concepts: Mapping[str, Concept]
    subject_codes: Mapping[str, str]
    names: Mapping[str, str]

    def top(self, code: str) -> str | None:
        """The top-level topic above a code, None where the code is not known."""
        concept = self.concepts.get(code)
        for _ in range(len(self.concepts)):
            if concept is None or concept.parent is None:
                break
            concept = self.concepts.get(concept.parent)
        return concept.code if concept else None


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


@functools.cache
def _rules() -> dict[tuple[str, str], str]:
    return {(scheme, code): topic for scheme, code, topic in table("topics.tsv")}


@functools.cache
def top_level() -> Vocabulary:
    """The 17 topics of the top level, which are built in."""
    concepts = {topic: Concept(topic, name) for (scheme, name), topic in _rules().items() if scheme == "top"}
    return Vocabulary(concepts, {}, {concept.name: code for code, concept in concepts.items()})


def read_vocabulary(path: Path) -> Vocabulary:
    """The full vocabulary from a table of IPTC's: tab-separated, one concept a line.

    Columns by their header: `code`, `parent` (empty at the top), `en`; `subjectcode` and names in other
    languages (`de`, `fr`, ...) where there are any.

    Raises:
        WirebeamError: the file cannot be read, or has no such columns.
    """
    try:
        header, *rows = (line.split("\t") for line in path.read_text("utf-8-sig").splitlines() if line)
    except (OSError, UnicodeError, ValueError) as error:
        raise WirebeamError(f"--mediatopics {path}: {error}") from error
    columns = {name.strip().casefold(): number for number, name in enumerate(header)}
    if missing := {"code", "parent", "en"} - set(columns):
        raise WirebeamError(f"--mediatopics {path}: no column {', '.join(sorted(missing))}")
    languages = [number for name, number in columns.items() if re.fullmatch(r"[a-z]{2}(-[a-z]{2})?", name)]
    concepts: dict[str, Concept] = {}
    subject_codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for row in rows:
        row += [""] * (len(header) - len(row))
        code = row[columns["code"]].rsplit(":", 1)[-1].rsplit("/", 1)[-1].strip()
        parent = row[columns["parent"]].rsplit(":", 1)[-1].rsplit("/", 1)[-1].strip()
        if not code:
            continue
        concepts[code] = Concept(code, row[columns["en"]].strip(), parent or None)
        if "subjectcode" in columns and (subject := row[columns["subjectcode"]].strip()):
            subject_codes.setdefault(subject, code)
        for number in languages:
            if row[number]:
                names.setdefault(_fold(row[number]), code)
    return Vocabulary(concepts, subject_codes, names)


def topics_of(
    subjects: Iterable[Subject], keywords: Iterable[str] = (), vocabulary: Vocabulary | None = None
) -> tuple[Topic, ...]:
    """The topics that a wire's codes stand for, the surest first.

    Args:
        subjects: codes and names as the wire gave them.
        keywords: words of the wire's, of which those count that name a topic.
        vocabulary: the full vocabulary; else the top level alone is known.
    """
    known = vocabulary or top_level()
    found: dict[str, tuple[float, Topic]] = {}

    def add(code: str, name: str | None, score: float, source: str) -> None:
        for one in dict.fromkeys((code, known.top(code) or code)):
            if one not in found or found[one][0] < score:
                title = known.concepts[one].name if one in known.concepts else name
                found[one] = (score, Topic(SCHEME, one, title, score, source))

    for subject in subjects:
        scheme = (subject.scheme or "").strip()
        source = f"{scheme or 'subject'}:{subject.code or subject.name}"
        if mapped := _mapped(scheme, subject, known):
            add(mapped[0], subject.name, mapped[1], source)
    for keyword in keywords:
        if code := _named(keyword, known):
            add(code, keyword, _KEYWORD, f"keyword:{keyword}")
    ranked = sorted(found.items(), key=lambda entry: (-entry[1][0], entry[0]))
    return tuple(topic for _, (_, topic) in ranked)


def _mapped(scheme: str, subject: Subject, known: Vocabulary) -> tuple[str, float] | None:
    """The topic of one subject and how sure it is."""
    folded = scheme.casefold()
    code = (subject.code or "").strip()
    if folded in _NO_TOPICS:
        return None
    if folded in _TOPIC_SCHEMES and _CODE.fullmatch(code):
        return code, _SENT
    if folded in _SUBJECT_CODES and _CODE.fullmatch(code):
        return _of_subject_code(code, known)
    rules = _rules()
    home = _SAME_AS.get(folded, scheme)
    for form in (code, code.lower(), code.upper()):
        if form and (topic := rules.get((home, form))):
            return topic, _MAPPED
    for name in (subject.name, subject.code):
        if name and (topic := _named(name, known)):
            return topic, _NAMED
    return None


def _of_subject_code(code: str, known: Vocabulary) -> tuple[str, float] | None:
    """Subject codes have their 17 top levels in common with Media Topics: the first two digits."""
    for form in (code, code[:5] + "000", code[:2] + "000000"):
        if topic := known.subject_codes.get(form):
            return topic, _SENT
    top = code[:2] + "000000"
    return (top, _SENT) if top in top_level().concepts else None


def _named(name: str, known: Vocabulary) -> str | None:
    folded = _fold(name)
    return known.names.get(folded) or _rules().get(("name", folded))

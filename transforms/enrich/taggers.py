"""Taggers by name: the built-in ones, and those that users' packages offer as entry points."""

from __future__ import annotations

from importlib import metadata

from schemas.errors import WirebeamError
from transforms.enrich.span import Tagger

GROUP = "wirebeam.taggers"


def tagger(spec: str) -> Tagger:
    """The tagger that `--ner` names: `rules`, or the name of an entry point, `:` and its argument.

    An entry point is a callable that makes a tagger; what follows the colon is its only argument.

    Raises:
        WirebeamError: there is no such tagger.
    """
    name, colon, argument = spec.partition(":")
    if name == "rules":
        from transforms.enrich.rules import Rules

        return Rules()
    points = metadata.entry_points(group=GROUP)
    if name not in points.names:
        offered = ", ".join(sorted({"rules", *points.names}))
        raise WirebeamError(f"--ner {spec}: no tagger of that name is installed (there is {offered})")
    factory = points[name].load()
    made: Tagger = factory(argument) if colon else factory()
    return made

"""Command line arguments checked against what there is."""

from __future__ import annotations

import datetime as dt

from schemas.errors import UsageError

# What stood after `--`: Beam's own options. Set by `pipeline.cli.main` before the command line is parsed.
beam_options: list[str] = []


def check_names(provider: str | None, source_format: str | None) -> None:
    """Refuse a provider or a format that there is not.

    Raises:
        UsageError: with the names there are.
    """
    from schemas.agency import agencies
    from transforms.parse.registry import formats

    if provider is not None and agencies().get(provider) is None:
        known = ", ".join(sorted(agencies().by_key))
        raise UsageError(f"--provider {provider}: no such agency; there are {known}")
    if source_format is not None:
        names = [known.name for known in formats()]
        if source_format not in names:
            raise UsageError(f"--format {source_format}: no such format; there are {', '.join(names)}")


def model_names(given: list[str]) -> tuple[tuple[str, str], ...]:
    """(language, package) pairs of `--ner-model`.

    Raises:
        UsageError: one is not LANG=PACKAGE.
    """
    pairs = [tuple(one.split("=", 1)) for one in given]
    for one, pair in zip(given, pairs, strict=True):
        if len(pair) != 2 or not all(pair):
            raise UsageError(f"--ner-model {one}: write LANG=PACKAGE, such as de=my_german_model")
    return tuple((pair[0], pair[1]) for pair in pairs)


def moment(text: str, now: dt.datetime) -> dt.datetime | None:
    """A time from the command line: `now`, `newest` (None), or ISO 8601 (without a zone: UTC).

    Raises:
        UsageError: it is none.
    """
    if text in ("now", "newest"):
        return now if text == "now" else None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time: write now, newest or 2026-11-23T12:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)

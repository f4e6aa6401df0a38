"""The sections of the page, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.page import content, traffic
from pipeline.page.questions import Rows
from pipeline.page.section import Section


def sections(found: Mapping[str, Rows], runs: Rows) -> Iterator[Section]:
    """The page's sections.

    Args:
        found: from `pipeline.page.questions.answers`.
        runs: from `pipeline.page.questions.runs`.
    """
    yield traffic.volume(found)
    yield traffic.silence(found)
    yield traffic.formats(found)
    yield traffic.rejects(found)
    yield content.links(found)
    yield content.languages(found)
    yield content.places(found)
    yield content.subjects(found)
    yield content.quality(found)
    yield traffic.runs(runs)

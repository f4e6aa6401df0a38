"""One section of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.page.drawing import Plot
from pipeline.page.table import Table


@dataclass(frozen=True, slots=True)
class Section:
    """One section: `anchor` for links, `lead` in plain words; where there is nothing to show, why."""

    anchor: str
    title: str
    lead: str
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = field(default_factory=tuple)

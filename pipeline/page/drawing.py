"""Plots as SVG, drawn by Vega-Lite when the page is made: the page needs no script and no network.

Colours are the page's CSS variables, so that one drawing serves light and dark. Each plot is drawn twice,
for a wide page and for a phone, since letters must not shrink with it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.errors import WirebeamError

Spec = dict[str, Any]
WIDTHS = (720, 330)  # pixels of CSS, of the whole drawing
SERIES = [f"var(--series-{number})" for number in range(1, 8)]
_LABEL = 40  # characters of a label
_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)([a-z]+_?\d+)')
_number = itertools.count()


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: `title` stands above it, `label` says in words what it shows, `wide`, `narrow` are SVG."""

    title: str
    label: str
    wide: str
    narrow: str


def plot(title: str, label: str, draw: Callable[[int], Spec]) -> Plot:
    """A plot in both widths.

    Args:
        title: stands above it.
        label: what it shows, for who does not see it.
        draw: a Vega-Lite specification for a width in pixels.

    Raises:
        WirebeamError: the extra `report` is not installed.
    """
    wide, narrow = (_svg(draw(width), width) for width in WIDTHS)
    return Plot(title, label, wide, narrow)


def _svg(spec: Spec, width: int) -> str:
    try:
        import vl_convert
    except ImportError:
        raise WirebeamError(
            "the report needs its extra: pip install --require-hashes -r requirements/report.txt"
        ) from None
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _config(),
        **spec,
    }
    drawn: str = vl_convert.vegalite_to_svg(whole, allowed_base_urls=[])
    # Several drawings share one page: each keeps its own ids.
    return _REFERENCE.sub(rf"\g<1>d{next(_number)}-\g<2>", drawn)


def _config() -> Spec:
    ink = {"labelColor": "var(--ink)", "titleColor": "var(--ink)", "labelFontSize": 12, "titleFontSize": 12}
    return {
        "aria": False,
        "background": None,
        # Drawn with the metrics of Liberation Sans, which are Arial's.
        "font": "Arial, Liberation Sans, Helvetica, sans-serif",
        "padding": {"left": 8, "right": 8, "top": 5, "bottom": 5},
        "view": {"stroke": None},
        "axis": {
            **ink,
            "gridColor": "var(--line)",
            "domainColor": "var(--line)",
            "tickColor": "var(--line)",
            "titleFontWeight": "normal",
        },
        "legend": {
            **ink,
            "orient": "top",
            "columns": 4,
            "title": None,
            "symbolType": "square",
            "labelLimit": 90,
        },
        "bar": {"fill": "var(--series-1)"},
    }


def short(text: object) -> str:
    """A label of bounded length, in one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= _LABEL else line[: _LABEL - 1] + "…"

"""The kinds of plots that the page has, as Vega-Lite specifications."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import orjson

from pipeline.page.drawing import SERIES, Plot, Spec, plot, short

_STEP_UNITS = {
    "hour": "utcyearmonthdatehours",
    "day": "utcyearmonthdate",
    "week": "utcyearweek",
    "month": "utcyearmonth",
}
_STEP_FORMATS = {"hour": "%d %b %H:%M", "day": "%d %b", "week": "%d %b %Y", "month": "%b %Y"}


def _title(text: str) -> str:
    return text[:1].upper() + text[1:]


def bars(rows: Sequence[Mapping[str, Any]], label: str, value: str, unit: str, color: str = "") -> Plot:
    """Horizontal bars, in the order of the rows."""
    values = [
        {"n": n, "label": short(row[label]), "value": row[value], "text": f"{row[value]:,.4g}"
         if isinstance(row[value], float) else f"{row[value]:,}"}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    y = {
        "field": "n",
        "type": "ordinal",
        "axis": {
            "title": None,
            "ticks": False,
            "domain": False,
            "labelPadding": 6,
            "labelExpr": f"{orjson.dumps([one['label'] for one in values]).decode()}[datum.value]",
        },
    }

    def draw(width: int) -> Spec:
        axis = {**y["axis"], "labelLimit": width // 3}  # type: ignore[dict-item]
        x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"nice": False, "zero": True}}
        return {
            "height": {"step": 22},
            "data": {"values": values},
            "encoding": {"y": {**y, "axis": axis}, "x": x},
            "layer": [
                {"mark": {"type": "bar", "fill": color or "var(--series-1)", "height": 14}},
                {
                    "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "fill": "var(--ink)"},
                    "encoding": {"text": {"field": "text"}},
                },
            ],
        }

    most = ", ".join(f"{one['label']} {one['text']}" for one in values[:3])
    return plot(_title(unit), f"Bars: {unit}. Most: {most}. The table has all values.", draw)


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stacked(
    rows: Sequence[Mapping[str, Any]], series: str, names: Sequence[str], step: str, title: str
) -> Plot:
    """Bars over time, one on the other.

    Args:
        rows: `time`, the series' name in column `series`, and `items`.
        names: the series in their order, seven at the most.
        step: `hour`, `day`, `week` or `month`.
        title: what is counted.
    """
    values = [
        {"time": _moment(row["time"]), "series": short(row[series]), "items": row["items"]} for row in rows
    ]
    domain = [short(name) for name in names]

    def draw(width: int) -> Spec:
        return {
            "height": 220,
            "data": {"values": values},
            "mark": {"type": "bar"},
            "encoding": {
                "x": {
                    "field": "time",
                    "timeUnit": _STEP_UNITS[step],
                    "type": "temporal",
                    "scale": {"type": "utc"},
                    "axis": {
                        "title": None,
                        "grid": False,
                        "tickCount": width // 110,
                        "labelOverlap": True,
                        "format": _STEP_FORMATS[step],
                    },
                },
                "y": {
                    "field": "items",
                    "type": "quantitative",
                    "aggregate": "sum",
                    "axis": {"title": title, "tickCount": 5, "format": "~s"},
                },
                "color": {
                    "field": "series",
                    "type": "nominal",
                    "scale": {"domain": domain, "range": SERIES[: len(domain)]},
                    "legend": {"columns": width // 105},
                },
                "order": {"field": "series", "sort": domain},
            },
        }

    label = f"Bars over time: {title}, by {step}, in colours for {', '.join(domain)}."
    return plot(f"{_title(title)} by {step}", label, draw)


def grouped(
    rows: Sequence[Mapping[str, Any]], order: Sequence[str], names: Sequence[str], title: str
) -> Plot:
    """Bars side by side: rows of `label`, `series` and `items`."""

    def draw(width: int) -> Spec:
        return {
            "height": 200,
            "data": {"values": list(rows)},
            "mark": {"type": "bar"},
            "encoding": {
                "x": {
                    "field": "label",
                    "sort": list(order),
                    "axis": {"title": None, "labelAngle": 0 if width > 500 else -40},
                },
                "xOffset": {"field": "series", "sort": list(names)},
                "y": {"field": "items", "type": "quantitative", "axis": {"title": title, "format": "~s"}},
                "color": {
                    "field": "series",
                    "scale": {"domain": list(names), "range": SERIES[: len(names)]},
                },
            },
        }

    label = f"Bars: {title} for {', '.join(order)}; in colours for {', '.join(names)}."
    return plot(_title(title), label, draw)


def heat(rows: Sequence[Mapping[str, Any]], providers: Sequence[str]) -> Plot:
    """Which hours of the day (UTC) each provider's items come in: rows of `provider`, `hour`, `share`."""
    values = [{**row, "provider": short(row["provider"])} for row in rows]

    def draw(width: int) -> Spec:
        hours = {
            "values": list(range(0, 24, 3 if width > 500 else 6)),
            "title": "hour of the day, UTC",
            "labelAngle": 0,
        }
        return {
            "height": {"step": 22},
            "data": {"values": values},
            "mark": {"type": "rect", "fill": "var(--series-1)", "stroke": "var(--page)"},
            "encoding": {
                "x": {
                    "field": "hour",
                    "type": "ordinal",
                    "scale": {"domain": list(range(24))},
                    "axis": hours,
                },
                "y": {
                    "field": "provider",
                    "type": "nominal",
                    "sort": [short(one) for one in providers],
                    "axis": {"title": None, "labelLimit": width // 4},
                },
                "fillOpacity": {
                    "field": "share",
                    "type": "quantitative",
                    "scale": {"range": [0.06, 1]},
                    "legend": None,
                },
            },
        }  # fmt: skip

    label = "Tiles, stronger where more of a provider's items come in that hour of the day."
    return plot("Items by hour of the day", label, draw)


@functools.cache
def _land() -> Any:
    return orjson.loads(resources.files("pipeline").joinpath("page/land.json").read_bytes())


def world(places: Sequence[Mapping[str, Any]]) -> Plot:
    """A map of places: rows of `name`, `country`, `latitude`, `longitude`, `stories`."""
    values = [
        {"latitude": row["latitude"], "longitude": row["longitude"], "stories": row["stories"]}
        for row in sorted(places, key=lambda row: -row["stories"])
    ]

    def draw(width: int) -> Spec:
        size = {"type": "sqrt", "range": [4, width]} if len(values) > 1 else {"range": [width // 4] * 2}
        return {
            "height": width // 2,
            "projection": {"type": "equalEarth"},
            "layer": [
                {
                    "data": {"values": _land(), "format": {"type": "topojson", "feature": "land"}},
                    "mark": {"type": "geoshape", "fill": "var(--land)"},
                },
                {
                    "data": {"values": values},
                    "mark": {
                        "type": "circle",
                        "fill": "var(--series-1)",
                        "fillOpacity": 0.55,
                        "stroke": "var(--page)",
                        "strokeWidth": 0.5,
                    },
                    "encoding": {
                        "longitude": {"field": "longitude", "type": "quantitative"},
                        "latitude": {"field": "latitude", "type": "quantitative"},
                        "size": {"field": "stories", "type": "quantitative", "legend": None, "scale": size},
                    },
                },
            ],
        }

    most = ", ".join(short(row["name"]) for row in places[:5])
    label = f"World map with a circle for each of {len(values)} dateline places. Largest: {most}."
    return plot("Stories by place", label, draw)

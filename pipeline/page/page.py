"""The page put together: answers, plots and tables in one file of HTML that needs nothing else."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

import duckdb

from pipeline.page import questions
from pipeline.page.sections import sections
from pipeline.query import ask
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.storage import Named
from schemas.errors import WirebeamError


def report(output: Named, *, moment: dt.datetime | None = None, now: dt.datetime) -> str:
    """A page about a dataset.

    Args:
        output: its folder.
        moment: when the page is of, for what has gone silent; the newest item's time by default.
        now: for the page's foot.

    Returns:
        HTML. Whatever a wire sent is escaped, and the page's policy lets no script run and nothing load.

    Raises:
        WirebeamError: `output` is no dataset, or the extra `report` is not installed.
    """

    def call(connection: duckdb.DuckDBPyConnection) -> dict[str, questions.Rows]:
        return questions.answers(connection, moment)

    found = ask(output, call)
    dataset = Dataset.read(output)
    snapshot = dataset.snapshot()
    files = list(snapshot.by_path.values())
    return _rendered(
        title=dataset.root.name,
        span=found["span"][0],
        sections=list(sections(found, questions.runs(dataset.root))),
        files=len(files),
        bytes=sum(file.bytes for file in files),
        commit=snapshot.sequence,
        now=now,
    )


def _rendered(**values: Any) -> str:
    try:
        import jinja2
    except ImportError:
        raise WirebeamError(
            "the report needs its extra: pip install --require-hashes -r requirements/report.txt"
        ) from None
    folder = resources.files("pipeline").joinpath("page")
    style = folder.joinpath("page.css").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(folder.joinpath("page.html").read_text("utf-8"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy: Mapping[str, str] = {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return template.render(
        style=style, policy="; ".join(f"{name} {value}" for name, value in policy.items()), **values
    )

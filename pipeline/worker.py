"""What a worker needs: importing this module loads it all, before `pipeline.worker_pool` forks workers.

The rules' tables are shared by the workers' memory then, and no stage waits for them.
"""

from __future__ import annotations

import contextlib

import apache_beam.runners.worker.sdk_worker  # noqa: F401

import pipeline.graph
from pipeline.allocator import share_arenas
from pipeline.collector import look_less_often
from schemas.agency import agencies
from schemas.places import places
from transforms.enrich.enricher import Tagging, enricher
from transforms.parse.registry import formats

with contextlib.suppress(ImportError):  # without the extra `kafka` no job of a stream comes here
    import pipeline.application  # noqa: F401


def load() -> None:
    """Read the tables that every item needs."""
    look_less_often()
    share_arenas()
    formats()
    agencies()
    places()
    enricher(Tagging())


load()

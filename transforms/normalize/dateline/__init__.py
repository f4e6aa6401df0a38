"""Datelines: where and when the reporting happened, as an editor reads it."""

from __future__ import annotations

from transforms.normalize.dateline.reading import Reading, parse, read
from transforms.normalize.dateline.resolve import resolve

__all__ = ["Reading", "parse", "read", "resolve"]

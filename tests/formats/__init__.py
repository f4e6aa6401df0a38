"""One story in every format: equal text, so that formats can be compared, and messages of several items."""

from __future__ import annotations

from tests.formats import marked, records, wires
from tests.formats.story import Sample

FORMATS: dict[str, Sample] = {**marked.SAMPLES, **records.SAMPLES, **wires.SAMPLES}
"""Every format by name; feeds twice."""

MESSAGES = {name: sample for name, sample in FORMATS.items() if sample.message}
"""Those whose files hold several items."""

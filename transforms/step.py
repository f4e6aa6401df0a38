"""One stage of an item's way as a DoFn: a pure function, its failures as values, its tallies as data."""

from __future__ import annotations

import collections
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from schemas.errors import Code, ItemError, Reject
from schemas.raw import RawItem
from schemas.rows import register_row

REJECTS = "rejects"
TALLIES = "tallies"


@register_row
@dataclass(frozen=True, slots=True)
class Tally:
    """How often something happened at a stage in one bundle: summed, they make the run report.

    Tallies are elements and not Beam counters, because counters count attempts: a repeated bundle
    would count twice.

    Attributes:
        stage: the stage.
        event: `in`, `out`, `reject`, `nanoseconds`, or a name of the stage's own (`format`).
        label: what it is counted by (a reject code, a format), empty for none.
        count: how often, or how long.
    """

    stage: str
    event: str
    label: str
    count: int


def tally_key(tally: Tally) -> tuple[tuple[str, str, str], int]:
    """What a tally is summed by, and its count."""
    return (str(tally.stage), tally.event, str(tally.label)), tally.count


class Step(beam.DoFn):
    """A stage: subclasses say what becomes of one element, this counts, times and catches.

    Main output: the stage's results. Output `rejects`: `Reject`. Output `tallies`: `Tally`, once a bundle.
    """

    stage: str

    def apply(self, element: Any) -> Iterable[Any]:
        """Results of one element; a `Reject` among them leaves by its own output.

        Raises:
            ItemError: the element cannot be read; it becomes a reject.
        """
        raise ItemError(Code.INTERNAL, f"{type(self).__name__} does nothing")

    def raw(self, element: Any) -> RawItem:
        """The raw item an element was made from: its bytes go with a reject."""
        raw: RawItem = element
        return raw

    def source_format(self, element: Any) -> str | None:
        """The format an element was read as, None where that is not known yet."""
        return None

    def label(self, result: Any) -> str:
        """What results are counted by, empty for their number alone."""
        return ""

    def start_bundle(self) -> None:
        """Start counting."""
        self._counts: collections.Counter[tuple[str, str]] = collections.Counter()

    def process(self, element: Any) -> Iterator[Any]:
        """One element through `apply`, result by result: an archive's members are never held together."""
        counts = self._counts
        counts["in", ""] += 1
        results: Iterator[Any] | None = None
        last = False
        while not last:
            started = time.perf_counter_ns()
            try:
                if results is None:
                    results = iter(self.apply(element))
                result = next(results)
            except StopIteration:
                break
            except ItemError as error:
                result, last = self._reject(element, error), True
            except (ImportError, MemoryError):
                raise  # the installation's or the machine's fault, not the item's
            except Exception as error:  # noqa: BLE001 - one bad item costs that item only, whatever the fault
                fault = ItemError(Code.INTERNAL, f"{type(error).__name__}: {error}")
                result, last = self._reject(element, fault), True
            finally:
                counts["nanoseconds", ""] += time.perf_counter_ns() - started
            if isinstance(result, Reject):
                counts["reject", result.code] += 1
                if attributes := self.raw(element).attributes:
                    result = replace(result, attributes=attributes)
                yield beam.pvalue.TaggedOutput(REJECTS, result)
            else:
                counts["out", self.label(result)] += 1
                yield result

    def finish_bundle(self) -> Iterator[Any]:
        """The bundle's tallies."""
        for (event, label), count in sorted(self._counts.items()):
            yield in_global_window(beam.pvalue.TaggedOutput(TALLIES, Tally(self.stage, event, label, count)))
        self._counts.clear()

    def _reject(self, element: Any, error: ItemError) -> Reject:
        raw = self.raw(element)
        form = error.source_format or self.source_format(element)
        return Reject(raw.source, self.stage, error.code, error.message, raw.data, raw.received_at, form)


def in_global_window(value: Any) -> Any:
    """What a `finish_bundle` yields: a value, or a tagged one, in the global window."""
    if isinstance(value, beam.pvalue.TaggedOutput):
        return beam.pvalue.TaggedOutput(value.tag, in_global_window(value.value))
    return WindowedValue(value, MIN_TIMESTAMP, [GlobalWindow()])

"""Forms, learned from the stream: texts that recur with other numbers and names filled in."""

from __future__ import annotations

import numpy as np
import xxhash

from transforms.dedupe.fingerprint import Sketch

RECURS = 3  # stories with one form inside the horizon that make it a template
_LEAD = 40  # words


def form(sketch: Sketch) -> int:
    """64 bits of what is left of the first 40 words without numbers and names; 0 for an item without text.

    Two items of one form say the same of other things: a dividend, a contract, a rate. Chance does not
    make them: forty words of free prose are not written twice.
    """
    words = sketch.text[:_LEAD]
    if not len(words):
        return 0
    fillers = sketch.is_number[:_LEAD] | sketch.is_name[:_LEAD]
    return xxhash.xxh3_64_intdigest(np.ascontiguousarray(words[~fillers]).tobytes()) or 1

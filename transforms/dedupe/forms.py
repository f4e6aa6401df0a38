"""Forms, learned from the stream: texts that recur with other numbers and names filled in."""

from __future__ import annotations

import numpy as np
import xxhash

from transforms.dedupe.words import Marks, Words

RECURS = 3  # stories with one form inside the horizon that make it a template
_LEAD = 40  # words


def form(words: Words, is_number: Marks, is_name: Marks) -> int:
    """64 bits of what is left of a text's first 40 words without numbers and names; 0 for no text.

    Two items of one form say the same of other things: a dividend, a contract, a rate. Chance does not
    make them: forty words of free prose are not written twice.
    """
    lead = words[:_LEAD]
    if not len(lead):
        return 0
    fillers = is_number[:_LEAD] | is_name[:_LEAD]
    return xxhash.xxh3_64_intdigest(np.ascontiguousarray(lead[~fillers]).tobytes()) or 1

"""Runs a program that ends with whoever started this: `python -m pipeline.tether PROGRAM ARGUMENT...`.

A process that was killed takes no child with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

_LOOK = 0.5  # seconds between two looks whether the parent is there


def main(command: list[str]) -> int:
    """Run it; SIGTERM and SIGINT end it.

    Returns:
        Its exit code, as a shell has it.
    """
    parent, told = os.getppid(), []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.append(number))
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    while (code := program.poll()) is None:
        if os.getppid() != parent:
            program.kill()
        elif told:
            program.terminate()
        time.sleep(_LOOK if not told else _LOOK / 10)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

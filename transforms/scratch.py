"""Private files for what need not stay in memory, nor outlive the process."""

from __future__ import annotations

import sqlite3

SCRATCH_HELP = "make room where SQLITE_TMPDIR says, else TMPDIR, /var/tmp or /tmp"


def scratch(tables: str, cache: int) -> sqlite3.Connection:
    """A database that begins in memory and goes to a file of its own once it is larger than its cache.

    SQLite makes that file where `SQLITE_TMPDIR` or `TMPDIR` says, else in /var/tmp or /tmp, and unlinks it at
    once: whatever ends the process, nothing is left behind. Nothing is ever rolled back, so that there is
    neither journal nor transaction to pay for.

    Args:
        tables: the statements that make its tables.
        cache: bytes of memory at the most, about.

    Returns:
        The connection. It may be used by any thread, one at a time.
    """
    # https://sqlite.org/inmemorydb.html, "Temporary Databases": an empty name.
    made = sqlite3.connect("", isolation_level=None, check_same_thread=False, cached_statements=256)
    made.execute("PRAGMA journal_mode = OFF")
    made.execute("PRAGMA synchronous = OFF")
    made.execute(f"PRAGMA cache_size = {-(cache // 1024)}")
    made.executescript(tables)
    made.execute("BEGIN")
    return made

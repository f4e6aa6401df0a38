"""Whether a file is complete: renamed into place, or unchanged for a while; and nobody is writing to it."""

from __future__ import annotations

import enum
import errno
import fcntl
import os
import signal

_PATIENCE = 30  # times the settling time that an unchanged file may be open for writing


class Writer(enum.Enum):
    """Whether a process of this machine has a file open for writing."""

    NONE = enum.auto()
    OPEN = enum.auto()
    UNKNOWN = enum.auto()


def writer(path: str) -> Writer:
    """Asks the kernel, which grants a read lease on a file only while nobody has it open for writing.

    Network file systems, and files of another user, give no answer.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return Writer.UNKNOWN
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return Writer.UNKNOWN
    try:
        # Who opens the file while the lease is held waits for us, and we are told by a signal:
        # by one that is ignored, since the lease is given back at once.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return Writer.OPEN if error.errno == errno.EAGAIN else Writer.UNKNOWN
    else:
        return Writer.NONE
    finally:
        os.close(descriptor)


def settled(path: str, status: os.stat_result, unchanged: float, now: int, settle: float) -> bool:
    """Whether a file is complete.

    A rename changes a file's `ctime` and not its `mtime`; so does setting its time, which copying programs
    do when they are done; writing changes both.

    Args:
        path: the file.
        status: what the file system says of it.
        unchanged: seconds since it was first seen with this size and time.
        now: nanoseconds since the epoch, as the file system's clock has it.
        settle: seconds that a file must be unchanged.
    """
    renamed = status.st_ctime_ns > status.st_mtime_ns and status.st_size > 0
    quiet = max(unchanged, (now - max(status.st_ctime_ns, status.st_mtime_ns)) / 1e9)
    if not renamed and quiet < settle:
        return False
    return writer(path) is not Writer.OPEN or quiet >= settle * _PATIENCE

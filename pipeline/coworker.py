"""A second process that does a share of each of a stream's cycles, for as long as the stream goes.

It commits nothing and holds nothing that is not made again: it may end at any moment. It ends by itself once
the stream's process does: it listens to a socket whose other end closes then.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from pipeline.allocator import keep_steady
from pipeline.collector import look_less_often

if TYPE_CHECKING:  # the process listens before it loads all this
    from pipeline.options import Config
    from pipeline.share import Done, Share, Work

_ENDING = 5.0  # seconds until a process that was killed is given up


class CoworkerEnded(Exception):
    """A coworker's process has ended."""


class Coworker:
    """A coworker's process, seen from the stream's.

    Args:
        config: what the stream is told; its output is open in this process.
        number: of the share that it does.

    Attributes:
        number: the same.
        began: whether it was ready once.
    """

    def __init__(self, config: Config, number: int) -> None:
        self.number = number
        self.began = False
        self._channel, theirs = Pipe()
        with theirs:
            # -P: not from the folder that the stream was started in, which may have a `pipeline` of its own.
            command = [sys.executable, "-P", "-m", "pipeline.coworker", str(theirs.fileno())]
            # A group of its own: Ctrl-C is for the stream alone. What a tagger prints goes with the log.
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=2, process_group=0
            )
        with contextlib.suppress(OSError):  # `ready` says so
            self._channel.send_bytes(pickle.dumps((config, number)))

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def ready(self) -> bool:
        """Whether it has loaded all that it needs. Never waits.

        Raises:
            CoworkerEnded: it has ended.
            Exception: why it could not load something.
        """
        if self._channel.poll():  # asked nothing, it says that it is ready, or ends
            self._receive()
            self.began = True
        return self.began

    def ask(self, work: Work) -> None:
        """Have it do what its share was given; `answer` must follow.

        Raises:
            CoworkerEnded: it has ended.
        """
        with self._explained():
            self._channel.send_bytes(work.encode())

    def answer(self) -> Done:
        """What it did, once it is done.

        Raises:
            CoworkerEnded: it has ended.
            Exception: whatever went wrong in it.
        """
        done: Done = self._receive()
        return done

    def _receive(self) -> Any:
        with self._explained():
            answer = pickle.loads(self._channel.recv_bytes())
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End it, whatever it does."""
        self._channel.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING)

    @contextlib.contextmanager
    def _explained(self) -> Any:
        try:
            yield
        except (EOFError, OSError):
            self._process.kill()
            code = self._process.wait(_ENDING)
            how = f"by signal {-code}" if code < 0 else f"with {code}"
            raise CoworkerEnded(
                f"process {self.pid}, which shares large cycles, was ended {how}; where memory is short, use "
                "--processes 1"
            ) from None


def main() -> None:
    """The coworker's process: is told what to do and says what it did, until the other end closes."""
    look_less_often()
    keep_steady()
    # The stream's process finishes the cycle when these come, and needs this one for it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    channel = Connection(int(sys.argv[1]))
    told: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(channel, told.put), daemon=True).start()
    share: Share | None = None
    while True:
        message = told.get()
        try:
            if share is None:
                share = _prepared(message)
                answer: Any = None
            else:
                answer = share.do(message.decode())
        except Exception as error:  # noqa: BLE001 - whatever it is, the stream's process deals with it
            answer = _portable(error)
        try:
            channel.send_bytes(pickle.dumps(answer))
        except OSError:
            return


def _listen(channel: Connection, tell: Callable[[bytes], None]) -> None:
    """Hand on what comes; when the other end is closed, end at once, in the middle of whatever is done."""
    try:
        while True:
            tell(channel.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


def _prepared(message: bytes) -> Share:
    """The share to do, with all loaded that it needs."""
    from pipeline.progress import configure_logging

    configure_logging()  # before Beam is there, which has much to say
    from pipeline.share import Share
    from pipeline.sinks.dataset import Dataset
    from transforms.enrich.enricher import enricher

    config: Config
    config, number = pickle.loads(message)
    enricher(config.tagging)
    return Share(config, Dataset.read(config.output), number)


def _portable(error: Exception) -> Exception:
    """An error as it can be sent: itself, or what it says."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever its class does when it is pickled
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()

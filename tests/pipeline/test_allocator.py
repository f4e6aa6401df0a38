"""Pools of memory in processes with many short threads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Threads that are there at the same time, each with memory of its own; then how many pools they made.
THREADS = """
import ctypes, re, sys, threading
from pipeline.allocator import share_arenas
if sys.argv[1:]:
    share_arenas()
barrier = threading.Barrier(12)
malloc = ctypes.CDLL(None).malloc
malloc.restype = ctypes.c_void_p
def take():
    malloc(1000)
    barrier.wait()
threads = [threading.Thread(target=take) for _ in range(12)]
for one in threads: one.start()
for one in threads: one.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def pools(*arguments: str, **environment: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", THREADS, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout.count("<heap nr=")


def test_threads_share_two_pools() -> None:
    assert pools() > 2
    assert pools("share") == 2


def test_the_environment_goes_before() -> None:
    assert pools("share", MALLOC_ARENA_MAX="3") == 3


LOADED = "import pyarrow as pa; from pipeline.allocator import keep_steady; keep_steady(); "
BEFORE = "from pipeline.allocator import keep_steady; keep_steady(); import pyarrow as pa; "


@pytest.mark.parametrize("code", [LOADED, BEFORE])
def test_what_goes_on_for_days_has_no_pool_of_its_own(code: str) -> None:
    def backend(**environment: str) -> str:
        environment = {**os.environ, **environment}
        command = [sys.executable, "-c", code + "print(pa.default_memory_pool().backend_name)"]
        return subprocess.check_output(command, text=True, env=environment).strip()

    assert backend() == "system"
    assert backend(ARROW_DEFAULT_MEMORY_POOL="mimalloc") == "mimalloc"

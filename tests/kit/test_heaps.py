"""The heaps of a process whose threads share few of them."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from shopmind.kit.heaps import few_heaps

COUNTED = """
import ctypes, os, sys, threading
import numpy as np
from shopmind.kit.heaps import few_heaps
if sys.argv[1] == "few":
    assert few_heaps(2)
meet = threading.Barrier(6)
def work():
    kept = [bytearray(2_000) for _ in range(500)]
    meet.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
[each.start() for each in threads], [each.join() for each in threads]
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
os._exit(0)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps a heap a thread")
def test_six_threads_share_two_heaps() -> None:
    counts = {
        way: subprocess.run([sys.executable, "-c", COUNTED, way], capture_output=True, text=True, check=True).stdout
        for way in ("few", "as it comes")
    }
    assert counts["as it comes"].count("<heap nr=") > 2
    assert counts["few"].count("<heap nr=") <= 2


def test_it_says_whether_it_could() -> None:
    assert few_heaps() is (platform.libc_ver()[0] == "glibc")

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TAKEN = """
import sys
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
from shopmind.kit.threads import one_thread_a_call
from shopmind.serving.run import Plan, _loaded

def taken():
    return sorted({each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"})

before = taken()
one_thread_a_call() if len(sys.argv) == 1 else _loaded(Plan(sys.argv[1], options={"open": True}))
print(before, taken())
"""


def taken(*given: str) -> str:
    """Threads of the libraries before and after, in a process that begins with two whatever the tests run with."""
    beside = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", TAKEN, *given], capture_output=True, text=True, check=True, env=beside)
    return done.stdout.strip()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core there is one thread anyhow")
class TestOneThread:
    def test_products_of_matrices_take_the_one_thread_that_asks(self) -> None:
        assert taken() == "[2] [1]"

    def test_a_served_shop_multiplies_in_its_own_threads(self, tiny_folder: Path) -> None:
        assert taken(str(tiny_folder)) == "[2] [1]"

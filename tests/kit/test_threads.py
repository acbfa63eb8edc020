from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PRODUCTS = """
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
from shopmind.kit.threads import one_thread_a_call

one_thread_a_call()
taken = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
print(len(taken), *sorted(set(taken)))
"""
SERVED = """
import sys
from threadpoolctl import threadpool_info
from shopmind.serving.run import Plan, _loaded

_loaded(Plan(sys.argv[1], options={"open": True}))
print(*{each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"})
"""


def said(script: str, *given: str) -> str:
    """What a script prints in a process of its own."""
    done = subprocess.run([sys.executable, "-c", script, *given], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_products_of_matrices_take_the_one_thread_that_asks() -> None:
    count, *threads = said(PRODUCTS).split()
    assert int(count) >= 1, "numpy and scipy bring their libraries"
    assert threads == ["1"]


def test_a_served_shop_multiplies_in_its_own_threads(tiny_folder: Path) -> None:
    assert said(SERVED, str(tiny_folder)) == "1"

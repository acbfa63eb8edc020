"""How many threads libraries of linear algebra take."""

from __future__ import annotations

from threadpoolctl import threadpool_limits


def one_thread_a_call() -> None:
    """Lets products of matrices run in the thread that asks for them, from now on, in the libraries loaded so far.

    As it comes, OpenBLAS shares out even a product of a hundred rows over all cores and waits for them: that held an
    answer up by 3 ms of 11, and a server has a request for every core already.
    """
    threadpool_limits(1, user_api="blas")

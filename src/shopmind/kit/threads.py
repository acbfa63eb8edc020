"""How many threads libraries of linear algebra take."""

from __future__ import annotations

from threadpoolctl import threadpool_limits


def one_thread_a_call() -> None:
    """Lets products of matrices run in the thread that asks for them, from now on, in the libraries loaded so far.

    As it comes, OpenBLAS shares out even a product of a hundred rows over all cores, whose threads spin for a while
    afterwards; a server has a request for every core already (docs/decisions/0034-threads-of-an-answer.md).
    """
    threadpool_limits(1, user_api="blas")

import os

import pytest

from shopmind.kit.apart import apart
from shopmind.kit.errors import InputError
from shopmind.kit.progress import Progress, silent


def counted(progress: Progress, upto: int, *, wrong: bool = False) -> tuple[int, int]:
    for done in range(upto):
        progress("counting", done + 1, upto)
    if wrong:
        raise InputError("this is wrong", field="upto")
    return upto, os.getpid()


def test_the_work_is_done_by_another_process_and_its_progress_is_told_here() -> None:
    told: list[tuple[str, int, int | None]] = []

    value, process = apart(counted, lambda *step: told.append(step), 3)

    assert value == 3
    assert process != os.getpid()
    assert told == [("counting", 1, 3), ("counting", 2, 3), ("counting", 3, 3)]


def test_what_the_work_raises_is_raised_here_as_it_was() -> None:
    with pytest.raises(InputError, match="this is wrong") as caught:
        apart(counted, silent, 1, wrong=True)
    assert caught.value.field == "upto"

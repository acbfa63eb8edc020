from __future__ import annotations

from shopmind.console import sessions
from shopmind.console.sessions import Sessions


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def held(clock: Clock | None = None) -> Sessions:
    return Sessions("http://127.0.0.1:1", 60.0, now_s=clock or Clock())


def test_a_session_is_the_same_until_it_was_idle_for_long() -> None:
    clock = Clock()
    known = held(clock)
    first = known.of("a")
    clock.now_s = 59
    assert known.of("a") is first
    clock.now_s = 120
    assert known.of("a") is not first
    assert not known.of("a").known


def test_logging_in_gives_another_id_and_keeps_how_the_visitor_likes_it() -> None:
    known = held()
    known.of("planted").language = "zh"
    session_id = known.log_in("planted", "key")
    assert session_id != "planted"
    assert (known.of(session_id).known, known.of(session_id).language) == (True, "zh")
    assert not known.of("planted").known


def test_logging_out_forgets() -> None:
    known = held()
    session_id = known.log_in("", "key")
    known.log_out(session_id)
    assert not known.of(session_id).known


def test_at_most_so_many_are_held_and_the_one_idle_longest_makes_room() -> None:
    known = held()
    first = known.of("0")
    for number in range(1, sessions.MOST + 1):
        known.of(str(number))
    assert len(known._held) == sessions.MOST
    assert known.of("0") is not first

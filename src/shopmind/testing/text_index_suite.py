"""What any TextIndex must do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from shopmind.kit.errors import InputError
from shopmind.stores.index_ports import TextIndex

SOUP = (1, {"title": ["tomato", "soup"], "body": ["warm", "soup"]})
PIZZA = (2, {"title": ["frozen", "pizza"], "body": ["tomato"]})
TEA = (3, {"title": ["绿茶", "tea"], "body": []})


class TextIndexSuite:
    """Needs a fixture `open_index`: () → a TextIndex over one folder with the fields title (2.0) and body (1.0)."""

    @pytest.fixture
    def index(self, open_index: Callable[[], TextIndex]) -> TextIndex:
        """With three documents at mark 7."""
        index = open_index()
        index.update([SOUP, PIZZA, TEA], [], mark=7)
        return index

    def test_a_new_index_is_empty_and_unmarked(self, open_index: Callable[[], TextIndex]) -> None:
        index = open_index()
        assert (index.mark(), index.count()) == (0, 0)
        numbers, scores = index.search(["soup"], 10)
        assert (numbers.tolist(), scores.tolist()) == ([], [])

    def test_any_token_finds_and_the_best_comes_first(self, index: TextIndex) -> None:
        numbers, scores = index.search(["tomato", "soup", "绿茶"], 10)
        assert numbers.tolist()[0] == 1
        assert set(numbers.tolist()) == {1, 2, 3}
        assert (numbers.dtype.name, scores.dtype.name) == ("int64", "float32")
        assert (np.diff(scores) <= 0).all()
        assert (scores > 0).all()

    def test_k_limits_and_unknown_tokens_find_nothing(self, index: TextIndex) -> None:
        assert len(index.search(["tomato", "tea"], 2)[0]) == 2
        for k in (0, -1):
            assert len(index.search(["tomato"], k)[0]) == 0
        assert len(index.search(["nothing"], 10_000)[0]) == 0
        assert len(index.search([], 10)[0]) == 0
        assert len(index.search([""], 10)[0]) == 0

    def test_weights_choose_and_order_fields(self, index: TextIndex) -> None:
        assert index.search(["tomato"], 10, fields={"title": 1.0})[0].tolist() == [1]
        assert index.search(["tomato"], 10, fields={"title": 0.0, "body": 1.0})[0].tolist() == [2]
        assert index.search(["tomato"], 10, fields={"title": 9.0, "body": 0.1})[0].tolist() == [1, 2]
        assert index.search(["tomato"], 10, fields={"title": 0.1, "body": 9.0})[0].tolist() == [2, 1]
        with pytest.raises(InputError, match=r"titel.*did you mean 'title'"):
            index.search(["tomato"], 10, fields={"titel": 1.0})

    def test_no_token_is_syntax(self, index: TextIndex) -> None:
        nasty = [
            '"',
            "(",
            "title:soup",
            "soup*",
            "AND",
            "NOT",
            "[a TO b]",
            "\\",
            "+-&&||!{}^~?:/",
            "🍲",
            "حساء",
            "\x00",
            " ",
        ]
        assert len(index.search(nasty, 10)[0]) == 0
        index.update([(4, {"title": nasty, "body": []})], [], mark=8)
        for token in nasty:
            assert index.search([token], 10)[0].tolist() == [4], token
        assert len(index.search(["x" * 1_000_000] + [f"t{i}" for i in range(10_000)], 10)[0]) == 0

    def test_an_update_replaces_and_removes(self, index: TextIndex) -> None:
        index.update([(1, {"title": ["stew"], "body": []})], [2, 99], mark=9)
        assert index.search(["soup", "tomato", "pizza"], 10)[0].tolist() == []
        assert index.search(["stew"], 10)[0].tolist() == [1]
        assert (index.count(), index.mark()) == (2, 9)

    def test_what_has_enough_of_the_words_is_found_whole(self, index: TextIndex) -> None:
        def having(*words: tuple[str, ...], enough: int, most: int = 10, without: tuple[str, ...] = ()) -> list[int]:
            return sorted(index.having(words, enough, most, without=without).tolist())

        both = [index.search([token], 10)[0].tolist() for token in ("soup", "pizza")]
        assert having(("soup",), ("pizza",), enough=1) == sorted({*both[0], *both[1]})
        assert having(("soup",), ("pizza",), enough=2) == sorted({*both[0]} & {*both[1]})
        assert having(("soup", "pizza"), enough=1) == sorted({*both[0], *both[1]})
        assert having(("soup",), ("pizza",), enough=1, without=("soup",)) == sorted({*both[1]} - {*both[0]})
        assert len(having(("soup",), ("pizza",), enough=1, most=1)) == 1
        assert having(("nothing of it",), enough=1) == []
        assert having(enough=1) == having((), enough=1) == having(("soup",), enough=2) == []

    def test_updating_twice_is_updating_once(self, index: TextIndex) -> None:
        for _ in range(3):
            index.update([SOUP, SOUP, PIZZA], [3], mark=8)
        assert index.count() == 2
        assert index.search(["soup"], 10)[0].tolist() == [1]

    def test_it_is_there_when_opened_again(self, index: TextIndex, open_index: Callable[[], TextIndex]) -> None:
        again = open_index()
        assert (again.mark(), again.count()) == (7, 3)
        assert again.search(["soup"], 10)[0].tolist() == [1]

    def test_an_open_reader_sees_what_another_writes(
        self, index: TextIndex, open_index: Callable[[], TextIndex]
    ) -> None:
        reader = open_index()
        assert reader.search(["stew"], 10)[0].tolist() == []
        index.update([(5, {"title": ["stew"], "body": []})], [], mark=11)
        assert reader.search(["stew"], 10)[0].tolist() == [5]
        assert reader.mark() == 11
        index.clear()
        assert (reader.mark(), reader.count(), len(reader.search(["stew"], 10)[0])) == (0, 0, 0)

    def test_clear_forgets_everything_and_it_can_be_filled_again(self, index: TextIndex) -> None:
        index.clear()
        assert (index.mark(), index.count(), len(index.search(["soup"], 10)[0])) == (0, 0, 0)
        index.update([TEA], [], mark=2)
        assert (index.mark(), index.count()) == (2, 1)

    def test_a_mark_can_move_without_documents(self, index: TextIndex) -> None:
        index.update([], [], mark=12)
        assert (index.mark(), index.count()) == (12, 3)

    def test_an_unknown_field_is_refused_and_nothing_changes(self, index: TextIndex) -> None:
        with pytest.raises(InputError, match="colour"):
            index.update([(9, {"colour": ["red"]})], [1], mark=20)
        assert (index.mark(), index.count()) == (7, 3)
        index.update([(9, {"title": ["red"]})], [], mark=21)
        assert index.count() == 4

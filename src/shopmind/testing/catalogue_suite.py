"""What any Catalogue must do."""

from __future__ import annotations

import numpy as np

from shopmind.domain import Item, Scalar
from shopmind.kit.seeds import hash64
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.database import ShopDatabase

FULL = Item(
    item_id="full",
    kind="content",
    title='Soup; DROP TABLE items --"',
    description="汤 🍲 حساء",
    brand="Own",
    categories=("GROCERY", "SOUP"),
    price_minor=1_999,
    currency="EUR",
    stock=2.5,
    status="active",
    url="https://shop.example/full",
    image="full.jpg",
    language="zh",
    group_id="g",
    shop_id="s",
    created_at_ms=1_700_000_000_000,
    updated_at_ms=1_700_000_000_001,
    attributes={"organic": True, "size": "12 OZ", "weight": 1.5, "pieces": 6},
)


class CatalogueSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_an_item_comes_back_with_every_field(self, database: ShopDatabase) -> None:
        numbers = database.catalogue.put([FULL, Item("bare")])
        assert database.catalogue.get(numbers) == [FULL, Item("bare")]

    def test_numbers_follow_the_given_order_and_unknown_ids_are_minus_one(self, database: ShopDatabase) -> None:
        a, b = database.catalogue.put([Item("a"), Item("b")])
        assert database.catalogue.numbers(["b", "nobody", "a", "b"]).tolist() == [b, -1, a, b]
        assert database.catalogue.numbers([]).tolist() == []
        assert min(a, b) >= 1

    def test_putting_an_item_again_replaces_it_under_its_number(self, database: ShopDatabase) -> None:
        first = database.catalogue.put([Item("a", title="old"), Item("b")])
        again = database.catalogue.put([Item("a", title="new", brand="B")])
        assert again[0] == first[0]
        assert database.catalogue.get([int(first[0])]) == [Item("a", title="new", brand="B")]

    def test_of_one_id_twice_in_a_call_the_last_is_kept(self, database: ShopDatabase) -> None:
        numbers = database.catalogue.put([Item("a", title="old"), Item("a", title="new")])
        assert numbers[0] == numbers[1]
        assert database.catalogue.get(numbers)[0] == Item("a", title="new")

    def test_numbers_do_not_grow_when_the_same_items_are_put_again(self, database: ShopDatabase) -> None:
        for _ in range(3):
            database.catalogue.put([Item(str(i)) for i in range(50)])
        (late,) = database.catalogue.put([Item("late")])
        assert late == 51

    def test_a_removed_item_is_gone_and_its_number_stays_its_own(self, database: ShopDatabase) -> None:
        a, b = database.catalogue.put([Item("a", title="secret"), Item("b")])
        assert database.catalogue.remove(["a", "nobody"]) == 1
        assert database.catalogue.remove(["a"]) == 0
        assert database.catalogue.numbers(["a"]).tolist() == [-1]
        assert database.catalogue.get([a, b]) == [None, Item("b")]
        (c,) = database.catalogue.put([Item("c")])
        assert c not in (a, b)
        assert database.catalogue.put([Item("a", title="back")]).tolist() == [a]
        assert database.catalogue.get([a]) == [Item("a", title="back")]

    def test_get_keeps_the_given_order_and_says_none_for_unknown_numbers(self, database: ShopDatabase) -> None:
        a, b = database.catalogue.put([Item("a"), Item("b")])
        assert database.catalogue.get([b, 999, 0, -1, a]) == [Item("b"), None, None, None, Item("a")]
        assert database.catalogue.get([]) == []

    def test_titles_come_in_the_given_order_and_none_for_what_is_not_there(self, database: ShopDatabase) -> None:
        numbers = database.catalogue.put([Item(f"i{i}", title=f"title {i}") for i in range(4_500)])
        database.catalogue.remove(["i7"])
        wanted = [int(numbers[4_321]), 10**9, int(numbers[7]), int(numbers[0]), int(numbers[4_321]), -1]
        assert database.catalogue.titles(wanted) == ["title 4321", None, None, "title 0", "title 4321", None]
        assert database.catalogue.titles(numbers)[4_400] == "title 4400"
        assert database.catalogue.titles([]) == []

    def test_scan_yields_all_or_the_given_items_by_rising_number(self, database: ShopDatabase) -> None:
        items = [Item(f"i{i}", title=str(i)) for i in range(4_500)]
        numbers = database.catalogue.put(items)
        database.catalogue.remove(["i7"])
        scanned = list(database.catalogue.scan())
        assert [number for number, _ in scanned] == sorted(set(numbers.tolist()) - {numbers[7]})
        assert dict(scanned)[int(numbers[4_000])] == items[4_000]
        some = list(database.catalogue.scan([int(numbers[9]), int(numbers[7]), int(numbers[3]), 10**9]))
        assert some == [(numbers[3], items[3]), (numbers[9], items[9])]

    def test_a_change_is_logged_only_for_items_that_differ(self, database: ShopDatabase) -> None:
        catalogue = database.catalogue
        assert catalogue.last_change() == 0
        a, b = catalogue.put([Item("a"), Item("b")])
        mark = catalogue.last_change()
        catalogue.put([Item("a"), Item("b", title="new")])
        catalogue.put([Item("a"), Item("b", title="new")])
        assert [(c.what, c.number) for c in catalogue.changes(mark)] == [("item", b)]
        assert catalogue.last_change() == catalogue.changes(mark)[-1].change
        catalogue.remove(["a"])
        assert [(c.what, c.number) for c in catalogue.changes(mark)] == [("item", b), ("item_removed", a)]

    def test_changes_come_oldest_first_and_in_pages(self, database: ShopDatabase) -> None:
        numbers = database.catalogue.put([Item(str(i)) for i in range(10)])
        first = database.catalogue.changes(0, limit=4)
        rest = database.catalogue.changes(first[-1].change)
        assert [c.number for c in first + rest] == numbers.tolist()
        assert all(x.change < y.change for x, y in zip(first + rest, (first + rest)[1:], strict=False))

    def test_the_log_keeps_one_line_an_item(self, database: ShopDatabase) -> None:
        for stock in range(20):
            database.catalogue.put([Item("a", stock=float(stock))])
        assert len(database.catalogue.changes(0)) == 1
        assert database.catalogue.last_change() == 20


class ColumnsSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_an_empty_shop_has_a_picture(self, database: ShopDatabase) -> None:
        columns = database.catalogue.columns()
        assert (columns.size, columns.change) == (1, 0)
        assert columns.shown.tolist() == [False]
        assert columns.column("no such attribute") is None
        assert columns.kinds(("product",)).tolist() == [False]

    def test_texts_and_numbers_of_every_item(self, database: ShopDatabase) -> None:
        a, b = database.catalogue.put([FULL, Item("b", currency="JPY", price_minor=500)])
        columns = database.catalogue.columns()
        wanted = {
            "kind": "content",
            "brand": "Own",
            "category": "GROCERY",
            "categories": "GROCERY > SOUP",
            "currency": "EUR",
            "status": "active",
            "language": "zh",
            "group_id": "g",
            "shop_id": "s",
            "title": FULL.title,
            "size": "12 OZ",
            "attributes.size": "12 OZ",
            "attributes.organic": "true",
        }
        assert {name: text_of(columns.column(name), a) for name in wanted} == wanted
        assert text_of(columns.column("brand"), b) is None
        assert text_of(columns.column("category"), b) is None
        numbers = {"price": 19.99, "stock": 2.5, "created_at": 1.7e12, "weight": 1.5, "attributes.pieces": 6.0}
        assert {name: number_of(columns.column(name), a) for name in numbers} == numbers
        assert number_of(columns.column("price"), b) == 500
        assert np.isnan(number_of(columns.column("stock"), b))

    def test_shown_kinds_and_tie_follow_number(self, database: ShopDatabase) -> None:
        numbers = database.catalogue.put([Item("a"), Item("b", kind="shop"), Item("c", status="hidden"), Item("d")])
        database.catalogue.remove(["d"])
        columns = database.catalogue.columns()
        a, b, c, d = numbers.tolist()
        assert np.flatnonzero(columns.shown).tolist() == [a, b]
        assert np.flatnonzero(columns.kinds(("shop", "ad"))).tolist() == [b]
        assert columns.tie[[a, b, c]].tolist() == [hash64("a"), hash64("b"), hash64("c")]
        assert columns.size == d + 1
        assert columns.shown.dtype == np.bool_
        assert columns.tie.dtype == np.uint64

    def test_an_attribute_of_numbers_and_texts_is_text(self, database: ShopDatabase) -> None:
        a, b = database.catalogue.put([Item("a", attributes={"size": 12}), Item("b", attributes={"size": "L"})])
        column = database.catalogue.columns().column("size")
        assert (text_of(column, a), text_of(column, b)) == ("12", "L")

    def test_an_attribute_may_be_called_anything(self, database: ShopDatabase) -> None:
        odd: dict[str, Scalar] = {'"': "quote", "$.a[0]": "path", "": "empty", "价": "price", "price": 3}
        (a,) = database.catalogue.put([Item("a", attributes=odd)])
        columns = database.catalogue.columns()
        assert text_of(columns.column('attributes."'), a) == "quote"
        assert text_of(columns.column("$.a[0]"), a) == "path"
        assert text_of(columns.column("价"), a) == "price"
        assert number_of(columns.column("attributes.price"), a) == 3
        assert np.isnan(number_of(columns.column("price"), a))

    def test_own_writes_are_seen_at_once_and_an_old_picture_never_alters(self, database: ShopDatabase) -> None:
        a, b = database.catalogue.put([Item("a", brand="X", stock=1.0), Item("b", brand="Y")])
        old = database.catalogue.columns()
        for name in ("brand", "stock", "colour"):
            old.column(name)
        database.catalogue.put([Item("a", brand="Z", attributes={"colour": "red"}), Item("c", brand="Y", kind="ad")])
        database.catalogue.remove(["b"])
        new = database.catalogue.columns()
        c = int(database.catalogue.numbers(["c"])[0])
        assert new.change == database.catalogue.last_change() > old.change
        assert [text_of(new.column("brand"), n) for n in (a, b, c)] == ["Z", None, "Y"]
        assert np.isnan(number_of(new.column("stock"), a))
        assert text_of(new.column("colour"), a) == "red"
        assert np.flatnonzero(new.shown).tolist() == [a, c]
        assert np.flatnonzero(new.kinds(("ad",))).tolist() == [c]
        assert [text_of(old.column("brand"), n) for n in (a, b)] == ["X", "Y"]
        assert number_of(old.column("stock"), a) == 1
        assert old.column("colour") is None
        assert np.flatnonzero(old.shown).tolist() == [a, b]

    def test_patching_gives_the_same_picture_as_reading_anew(self, database: ShopDatabase) -> None:
        rng = np.random.default_rng(5)
        names = ("kind", "brand", "category", "categories", "price", "stock", "title", "size", "colour")
        for step in range(12):
            changed = [random_item(rng, int(i)) for i in rng.integers(0, 300, 40)]
            database.catalogue.put(changed)
            database.catalogue.remove([f"i{i}" for i in rng.integers(0, 300, 3)])
            columns = database.catalogue.columns()
            held = dict(database.catalogue.scan())
            assert np.flatnonzero(columns.shown).tolist() == sorted(n for n, i in held.items() if i.status == "active")
            for name in names if step % 2 else names[::2]:
                assert values_of(columns.column(name), columns.size) == [
                    None if number not in held else expected(held[number], name) for number in range(columns.size)
                ], (step, name)


def random_item(rng: np.random.Generator, index: int) -> Item:
    """An item whose every field may be missing."""

    def maybe(values: list[object]) -> object:
        return values[int(rng.integers(0, len(values)))]

    return Item(
        f"i{index}",
        kind=maybe(["product", "shop"]),  # type: ignore[arg-type]
        title=str(maybe(["a", "b", ""])),
        brand=maybe(["X", "Y", None]),  # type: ignore[arg-type]
        categories=maybe([(), ("A",), ("A", "B")]),  # type: ignore[arg-type]
        price_minor=maybe([100, 250, None]),  # type: ignore[arg-type]
        stock=maybe([0.0, 5.0, None]),  # type: ignore[arg-type]
        status=str(maybe(["active", "active", "hidden"])),
        attributes=maybe([{}, {"size": 3}, {"size": 4, "colour": "red"}, {"colour": 7}]),  # type: ignore[arg-type]
    )


def expected(item: Item, name: str) -> object:
    """What a column must say of an item; colours of numbers are texts as some colours are texts."""
    if name == "price":
        return None if item.price_minor is None else item.price_minor / 100
    if name == "category":
        return item.categories[0] if item.categories else None
    if name == "categories":
        return " > ".join(item.categories) or None
    if name in ("size", "colour"):
        value = item.attributes.get(name)
        return str(value) if name == "colour" and value is not None else value
    return getattr(item, name)


def values_of(column: TextColumn | NumberColumn | None, size: int) -> list[object]:
    """The column as a list with None for missing."""
    if column is None:
        return [None] * size
    if isinstance(column, TextColumn):
        return [column.text(number) for number in range(size)]
    return [None if np.isnan(value) else value for value in column.values.tolist()]


def text_of(column: TextColumn | NumberColumn | None, number: int) -> str | None:
    """The text of one item; the column must be one of texts."""
    assert isinstance(column, TextColumn)
    return column.text(int(number))


def number_of(column: TextColumn | NumberColumn | None, number: int) -> float:
    """The number of one item; the column must be one of numbers."""
    assert isinstance(column, NumberColumn)
    return float(column.values[number])

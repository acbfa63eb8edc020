"""What the people of the tiny shop like: index 0 is the English shelf, 1 the Chinese one."""

from __future__ import annotations

from dataclasses import dataclass

Shelf = tuple[str, ...]
Basket = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """One taste: what is looked at, what is bought together (item, price), and where it leads."""

    name: str
    goods: tuple[Shelf, Shelf]
    basket: tuple[Basket, Basket]
    queries: tuple[str, str]
    page: str
    promotion: str | None = None


HABITS = (
    Habit(
        "tea",
        (("tea-01", "tea-02", "tea-03", "tea-05", "kit-01"), ("tea-06", "tea-07", "tea-08", "tea-09", "kit-06")),
        ((("tea-01", "14.90"), ("kit-01", "24.00")), (("tea-06", "26.00"), ("kit-06", "21.50"))),
        ("green tea", "龙井茶"),
        "page-brew",
        "promo-tea",
    ),
    Habit(
        "phones",
        (("ele-01", "ele-02", "ele-03", "ele-04"), ("ele-06", "ele-07", "ele-08", "ele-09", "ele-10")),
        (
            (("ele-01", "399.00"), ("ele-02", "11.90"), ("ele-03", "19.50")),
            (("ele-06", "459.00"), ("ele-07", "7.90"), ("ele-08", "14.50")),
        ),
        ("phone charger", "手机壳"),
        "page-charge",
        "promo-phone",
    ),
    Habit(
        "cooking",
        (("kit-02", "kit-03", "kit-04", "kit-05"), ("kit-08", "kit-09", "kit-10")),
        ((("kit-02", "39.00"),), (("kit-08", "36.00"),)),
        ("frying pan", "炒锅"),
        "page-pan",
    ),
    Habit(
        "clothes",
        (("clo-01", "clo-02", "clo-03", "clo-04"), ("clo-06", "clo-07", "clo-08", "clo-09")),
        ((("clo-01", "15.00"), ("clo-04", "12.40")), (("clo-06", "13.50"),)),
        ("cotton t-shirt", "纯棉短袖"),
        "page-gaiwan",
    ),
)

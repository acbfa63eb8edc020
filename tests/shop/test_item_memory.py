"""Items that are held in memory."""

import numpy as np
import pytest

from shopmind.domain import Item
from shopmind.shop import Shop
from shopmind.shop.item_memory import ItemMemory


@pytest.mark.parametrize("more", [0, 1])
def test_a_catalogue_is_held_from_the_start_where_all_of_it_fits(shop: Shop, more: int) -> None:
    numbers = np.flatnonzero(shop.catalogue.columns().shown)
    memory = ItemMemory(shop.catalogue, most=len(numbers) - more)
    memory.fill(numbers)
    assert held(memory) == (0 if more else len(numbers))


def held(memory: ItemMemory) -> int:
    items: dict[int, Item] = memory._held
    return len(items)

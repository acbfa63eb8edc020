"""shopmind: the mind of an online shop.

import shopmind

with shopmind.open("folder") as shop:
    shop.search("frozen pizza", user="412")
    shop.recommend("cart", anchors=["938700"])
    shop.track({"type": "view", "item_id": "938700", "user_id": "412"})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from shopmind.shop import Shop, create, open

__all__ = ["Shop", "__version__", "create", "open"]


def __getattr__(name: str) -> Any:
    """Loads the engine when it is first asked for, so that `import shopmind` costs nothing."""
    if name in ("Shop", "create", "open"):
        import shopmind.shop

        return getattr(shopmind.shop, name)
    raise AttributeError(f"module 'shopmind' has no attribute {name!r}")

"""A shop opened: the only room that wires stores, parts and scenarios together."""

from shopmind.shop.shop import Shop, create, open

__all__ = ["Shop", "create", "open"]

"""One TOML file a place in the shop, and what reads them."""

from shopmind.scenarios.load import load

__all__ = ["load"]

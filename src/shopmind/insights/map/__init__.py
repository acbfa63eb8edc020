"""Maps for people: the shop, its catalogue, and one customer's interests, as trees with live figures."""

from shopmind.insights.map.mermaid import mermaid
from shopmind.insights.map.node import Node, cut, told, walk
from shopmind.insights.map.of_catalogue import catalogue_map
from shopmind.insights.map.of_shop import shop_map
from shopmind.insights.map.of_user import user_map
from shopmind.insights.map.svg import svg

__all__ = ["Node", "catalogue_map", "cut", "mermaid", "shop_map", "svg", "told", "user_map", "walk"]

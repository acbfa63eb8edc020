"""Menu of filters: what may be shown at all."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "filter",
    {
        "attribute": "shopmind.pipeline.filters.attribute:Attribute",
        "biddable": "shopmind.pipeline.filters.biddable:Biddable",
        "blocked": "shopmind.pipeline.filters.blocked:Blocked",
        "bought": "shopmind.pipeline.filters.bought:Bought",
        "current": "shopmind.pipeline.filters.current:Current",
        "eligible": "shopmind.pipeline.filters.eligible:Eligible",
        "in_cart": "shopmind.pipeline.filters.in_cart:InCart",
        "in_stock": "shopmind.pipeline.filters.in_stock:InStock",
        "of_anchor": "shopmind.pipeline.filters.of_anchor:OfAnchor",
        "without": "shopmind.pipeline.filters.without:Without",
    },
)

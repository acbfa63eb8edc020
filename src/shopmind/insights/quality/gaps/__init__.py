"""Gaps: one file a fault that an item of the catalogue can have."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "gap",
    {
        "no_price": "shopmind.insights.quality.gaps.no_price:NoPrice",
        "no_category": "shopmind.insights.quality.gaps.no_category:NoCategory",
        "no_image": "shopmind.insights.quality.gaps.no_image:NoImage",
        "no_description": "shopmind.insights.quality.gaps.no_description:NoDescription",
        "no_brand": "shopmind.insights.quality.gaps.no_brand:NoBrand",
        "short_title": "shopmind.insights.quality.gaps.short_title:ShortTitle",
        "shouting_title": "shopmind.insights.quality.gaps.shouting_title:ShoutingTitle",
        "duplicate": "shopmind.insights.quality.gaps.duplicate:Duplicate",
        "foreign_language": "shopmind.insights.quality.gaps.foreign_language:ForeignLanguage",
        "unusual_price": "shopmind.insights.quality.gaps.unusual_price:UnusualPrice",
        "sold_out": "shopmind.insights.quality.gaps.sold_out:SoldOut",
    },
)
"""Name → gap; told in this order."""

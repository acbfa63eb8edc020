"""Tables for people: what the log says about the shop, never about anybody in it."""

from shopmind.insights.ads import AdsReport, ads, told_ads
from shopmind.insights.arms import Arm, ArmsReport, arms, exploring
from shopmind.insights.associations import Association, AssociationReport, associations
from shopmind.insights.queries import QueryReport, query_report
from shopmind.insights.search_log import SearchLog, search_log
from shopmind.insights.traffic import Traffic, told, traffic

__all__ = [
    "AdsReport",
    "Arm",
    "ArmsReport",
    "Association",
    "AssociationReport",
    "QueryReport",
    "SearchLog",
    "Traffic",
    "ads",
    "arms",
    "associations",
    "exploring",
    "query_report",
    "search_log",
    "told",
    "told_ads",
    "traffic",
]

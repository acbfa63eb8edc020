"""Tables for people: what the log says about the shop, never about anybody in it."""

from shopmind.insights.ads import AdsReport, ads, told_ads
from shopmind.insights.arms import Arm, ArmsReport, arms, exploring
from shopmind.insights.associations import Association, AssociationReport, associations
from shopmind.insights.browsing import Page, browse
from shopmind.insights.item_figures import ItemFigures, item_figures
from shopmind.insights.profile import Profile, doings, profile
from shopmind.insights.quality import Quality, quality
from shopmind.insights.queries import QueryReport, query_report
from shopmind.insights.rejects import RejectPage, every_reject, rejects
from shopmind.insights.search_log import SearchLog, search_log
from shopmind.insights.traffic import Traffic, told, traffic

__all__ = [
    "AdsReport",
    "Arm",
    "ArmsReport",
    "Association",
    "AssociationReport",
    "ItemFigures",
    "Page",
    "Profile",
    "Quality",
    "QueryReport",
    "RejectPage",
    "SearchLog",
    "Traffic",
    "ads",
    "arms",
    "associations",
    "browse",
    "doings",
    "every_reject",
    "exploring",
    "item_figures",
    "profile",
    "quality",
    "query_report",
    "rejects",
    "search_log",
    "told",
    "told_ads",
    "traffic",
]

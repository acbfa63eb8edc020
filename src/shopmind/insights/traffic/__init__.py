"""What people saw and did, by day, scenario, variant and segment: counters that are kept while events come."""

from shopmind.insights.traffic.count import SERVING_BLOCK, Progress, count, recount
from shopmind.insights.traffic.customers import Customers, customers
from shopmind.insights.traffic.report import Echoes, Line, echoes, lines
from shopmind.insights.traffic.traffic import Traffic, told, told_line, traffic

__all__ = [
    "SERVING_BLOCK",
    "Customers",
    "Echoes",
    "Line",
    "Progress",
    "Traffic",
    "count",
    "customers",
    "echoes",
    "lines",
    "recount",
    "told",
    "told_line",
    "traffic",
]

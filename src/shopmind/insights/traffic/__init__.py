"""What people saw and did, by day, scenario, variant and segment: counters that are kept while events come."""

from shopmind.insights.traffic.count import Progress, count, recount

__all__ = ["Progress", "count", "recount"]

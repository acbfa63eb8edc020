"""Gaps in the data of the catalogue: counted, shown by example, and as a filter of the list of items."""

from shopmind.insights.quality.gaps import MENU as GAPS
from shopmind.insights.quality.report import CategoryLine, GapLine, Quality, Sheet, held, quality, sheet

__all__ = ["GAPS", "CategoryLine", "GapLine", "Quality", "Sheet", "held", "quality", "sheet"]

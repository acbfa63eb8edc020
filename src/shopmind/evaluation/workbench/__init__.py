"""The relevance workbench: judgements that people give, and how well configurations answer the judged queries."""

from shopmind.evaluation.workbench.book import Judgement, JudgementBook, JudgementSet
from shopmind.evaluation.workbench.compared import Compared, compared
from shopmind.evaluation.workbench.exported import exported

__all__ = ["Compared", "Judgement", "JudgementBook", "JudgementSet", "compared", "exported"]

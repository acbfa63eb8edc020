"""Menu of rerankers: which slate."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "reranker",
    {
        "diversity": "shopmind.pipeline.rerankers.diversity:Diversity",
        "top": "shopmind.pipeline.rerankers.top:Top",
    },
)

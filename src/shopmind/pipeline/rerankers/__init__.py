"""Menu of rerankers: which slate."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "reranker",
    {
        "cross_encoder": "shopmind.pipeline.rerankers.cross_encoder:CrossEncoder",
        "diversity": "shopmind.pipeline.rerankers.diversity:Diversity",
        "epsilon": "shopmind.pipeline.rerankers.epsilon:Epsilon",
        "facets": "shopmind.pipeline.rerankers.facets:Facets",
        "linucb": "shopmind.pipeline.rerankers.linucb:LinUcb",
        "sort": "shopmind.pipeline.rerankers.sort:Sort",
        "thompson": "shopmind.pipeline.rerankers.thompson:Thompson",
        "top": "shopmind.pipeline.rerankers.top:Top",
        "variants": "shopmind.pipeline.rerankers.variants:Variants",
    },
)

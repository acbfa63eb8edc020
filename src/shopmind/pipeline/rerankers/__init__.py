"""Menu of rerankers: which slate."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "reranker",
    {
        "auction": "shopmind.pipeline.rerankers.auction:Auction",
        "bundles": "shopmind.pipeline.rerankers.bundles:Bundles",
        "cross_encoder": "shopmind.pipeline.rerankers.cross_encoder:CrossEncoder",
        "diversity": "shopmind.pipeline.rerankers.diversity:Diversity",
        "ensemble": "shopmind.pipeline.rerankers.ensemble:Ensemble",
        "epsilon": "shopmind.pipeline.rerankers.epsilon:Epsilon",
        "facets": "shopmind.pipeline.rerankers.facets:Facets",
        "linucb": "shopmind.pipeline.rerankers.linucb:LinUcb",
        "sort": "shopmind.pipeline.rerankers.sort:Sort",
        "sponsored": "shopmind.pipeline.rerankers.sponsored:Sponsored",
        "thompson": "shopmind.pipeline.rerankers.thompson:Thompson",
        "top": "shopmind.pipeline.rerankers.top:Top",
        "variants": "shopmind.pipeline.rerankers.variants:Variants",
        "worthwhile": "shopmind.pipeline.rerankers.worthwhile:Worthwhile",
    },
)

"""Menu of rankers: how good each candidate is."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "ranker",
    {
        "expected_value": "shopmind.pipeline.rankers.expected_value:ExpectedValue",
        "fusion": "shopmind.pipeline.rankers.fusion:Fusion",
        "handover": "shopmind.pipeline.rankers.handover:Handover",
        "learned": "shopmind.pipeline.rankers.learned:Learned",
        "objectives": "shopmind.pipeline.rankers.objectives:Objectives",
        "offers": "shopmind.pipeline.rankers.offers:Offers",
        "slate_policy": "shopmind.pipeline.rankers.slate_policy:SlatePolicy",
        "weighted": "shopmind.pipeline.rankers.weighted:Weighted",
    },
)

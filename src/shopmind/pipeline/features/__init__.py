"""Menu of features: the evidence."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "feature",
    {
        "ad_fit": "shopmind.pipeline.features.ad_fit:AdFit",
        "asked": "shopmind.pipeline.features.asked:Asked",
        "company": "shopmind.pipeline.features.company:Company",
        "category": "shopmind.pipeline.features.category:Category",
        "discovery": "shopmind.pipeline.features.discovery:Discovery",
        "match": "shopmind.pipeline.features.match:Match",
        "meaning": "shopmind.pipeline.features.meaning:Meaning",
        "next_item": "shopmind.pipeline.features.next_item:NextItem",
        "next_basket": "shopmind.pipeline.features.next_basket:NextBasket",
        "precedent": "shopmind.pipeline.features.precedent:Precedent",
        "personal": "shopmind.pipeline.features.personal:Personal",
        "stands_in": "shopmind.pipeline.features.stands_in:StandsIn",
        "redemption": "shopmind.pipeline.features.redemption:Redemption",
        "standing": "shopmind.pipeline.features.standing:Standing",
        "uplift": "shopmind.pipeline.features.uplift:Uplift",
    },
)

"""Menu of retrievers: who brings candidates."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "retriever",
    {
        "bidders": "shopmind.pipeline.retrievers.bidders:Bidders",
        "associated": "shopmind.pipeline.retrievers.associated:Associated",
        "bridge": "shopmind.pipeline.retrievers.bridge:Bridge",
        "brands": "shopmind.pipeline.retrievers.brands:Brands",
        "buy_again": "shopmind.pipeline.retrievers.buy_again:BuyAgain",
        "completion": "shopmind.pipeline.retrievers.completion:Completion",
        "carried": "shopmind.pipeline.retrievers.carried:Carried",
        "copurchase": "shopmind.pipeline.retrievers.copurchase:CoPurchase",
        "dense": "shopmind.pipeline.retrievers.dense:Dense",
        "ease": "shopmind.pipeline.retrievers.ease:Ease",
        "fresh": "shopmind.pipeline.retrievers.fresh:Fresh",
        "friends": "shopmind.pipeline.retrievers.friends:Friends",
        "imagined": "shopmind.pipeline.retrievers.imagined:Imagined",
        "item_knn": "shopmind.pipeline.retrievers.item_knn:ItemKnn",
        "lexical": "shopmind.pipeline.retrievers.lexical:Lexical",
        "linked": "shopmind.pipeline.retrievers.linked:Linked",
        "long_tail": "shopmind.pipeline.retrievers.long_tail:LongTail",
        "nearby": "shopmind.pipeline.retrievers.nearby:Nearby",
        "next_item": "shopmind.pipeline.retrievers.next_item:NextItem",
        "ordered": "shopmind.pipeline.retrievers.ordered:Ordered",
        "popularity": "shopmind.pipeline.retrievers.popularity:Popularity",
        "related": "shopmind.pipeline.retrievers.related:Related",
        "social": "shopmind.pipeline.retrievers.social:Social",
        "shelf": "shopmind.pipeline.retrievers.shelf:Shelf",
        "taste": "shopmind.pipeline.retrievers.taste:Taste",
        "trending": "shopmind.pipeline.retrievers.trending:Trending",
        "viewed": "shopmind.pipeline.retrievers.viewed:Viewed",
    },
)

"""Menu of recipes: every fit, from tables to an artifact of the same name."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "recipe",
    {
        "ad_response": "shopmind.training.ads.recipe:AdResponseRecipe",
        "arms": "shopmind.training.arms:ArmsRecipe",
        "associations": "shopmind.training.associations:AssociationsRecipe",
        "categories": "shopmind.training.categories:CategoriesRecipe",
        "bridges": "shopmind.training.bridges:BridgesRecipe",
        "circles": "shopmind.training.circles:CirclesRecipe",
        "completion": "shopmind.training.completion:CompletionRecipe",
        "copurchase": "shopmind.training.copurchase:CoPurchaseRecipe",
        "discovery": "shopmind.training.discovery:DiscoveryRecipe",
        "cross_encoder": "shopmind.training.encoder.cross:CrossEncoderRecipe",
        "ease": "shopmind.training.ease:EaseRecipe",
        "encoder": "shopmind.training.encoder.adapt:EncoderRecipe",
        "item_knn": "shopmind.training.item_knn:ItemKnnRecipe",
        "next_basket": "shopmind.training.next_basket:NextBasketRecipe",
        "long_tail": "shopmind.training.long_tail.discounted:LongTailRecipe",
        "objectives": "shopmind.training.objectives:ObjectivesRecipe",
        "popularity": "shopmind.training.popularity:PopularityRecipe",
        "promise": "shopmind.training.promise:PromiseRecipe",
        "redemption": "shopmind.training.redemption.recipe:RedemptionRecipe",
        "relations": "shopmind.training.relations:RelationsRecipe",
        "response": "shopmind.training.response:ResponseRecipe",
        "search_ranking": "shopmind.training.search_ranking:SearchRankingRecipe",
        "sequence": "shopmind.training.sequence.recipe:SequenceRecipe",
        "next_item": "shopmind.training.next_item.recipe:NextItemRecipe",  # reads what `sequence` made
        "slate_policy": "shopmind.training.slate_policy:SlatePolicyRecipe",
        "synonyms": "shopmind.training.synonyms:SynonymsRecipe",
        "behaviour": "shopmind.training.behaviour.recipe:BehaviourRecipe",  # may look through an older `sequence`
        "tail_generator": "shopmind.training.long_tail.adversarial:TailGeneratorRecipe",
        "trending": "shopmind.training.trending:TrendingRecipe",
        "uplift": "shopmind.training.uplift.recipe:UpliftRecipe",
        "values": "shopmind.training.values:ValuesRecipe",
        "vocabulary": "shopmind.training.vocabulary:VocabularyRecipe",
    },
)

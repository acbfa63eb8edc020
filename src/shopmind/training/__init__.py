"""Menu of recipes: every fit, from tables to an artifact of the same name."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "recipe",
    {
        "popularity": "shopmind.training.popularity:PopularityRecipe",
    },
)

"""Menu of response models: how likely an ad is clicked, and what it leads to bought after that."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "response model",
    {
        "logistic": "shopmind.training.ads.logistic:Logistic",
        "boosted": "shopmind.training.ads.boosted:Boosted",
        "factorised": "shopmind.training.ads.factorised:Factorised",
        "entire_space": "shopmind.training.ads.entire_space:EntireSpace",
    },
)

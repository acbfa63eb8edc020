"""Menu of understanding: what the text tells."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "understanding",
    {
        "words": "shopmind.pipeline.understanding.words:Words",
    },
)

"""Menu of understanding: what the text tells."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "understanding",
    {
        "rules": "shopmind.pipeline.understanding.rules:Rules",
        "spelling": "shopmind.pipeline.understanding.spelling:Spelling",
        "words": "shopmind.pipeline.understanding.words:Words",
    },
)

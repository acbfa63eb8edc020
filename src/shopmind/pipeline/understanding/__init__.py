"""Menu of understanding: what the text tells."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "understanding",
    {
        "constraints": "shopmind.pipeline.understanding.constraints:Constraints",
        "rules": "shopmind.pipeline.understanding.rules:Rules",
        "spelling": "shopmind.pipeline.understanding.spelling:Spelling",
        "words": "shopmind.pipeline.understanding.words:Words",
    },
)

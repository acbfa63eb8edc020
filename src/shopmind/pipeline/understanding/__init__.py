"""Menu of understanding: what the text tells."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "understanding",
    {
        "categories": "shopmind.pipeline.understanding.categories:Categories",
        "constraints": "shopmind.pipeline.understanding.constraints:Constraints",
        "negation": "shopmind.pipeline.understanding.negation:Negation",
        "rules": "shopmind.pipeline.understanding.rules:Rules",
        "spelling": "shopmind.pipeline.understanding.spelling:Spelling",
        "synonyms": "shopmind.pipeline.understanding.synonyms:Synonyms",
        "words": "shopmind.pipeline.understanding.words:Words",
    },
)

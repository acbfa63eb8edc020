"""A map as Mermaid text: a flow chart from left to right, the same text for the same map."""

from __future__ import annotations

from shopmind.insights.map.node import Node, walk
from shopmind.insights.map.words import HEALTH, LANGUAGES, Language, line

LONGEST = 80
CLASSES = {
    "good": "fill:#ecfdf5,stroke:#047857,color:#064e3b",
    "idle": "fill:#f3f4f6,stroke:#6b7280,color:#1f2937",
    "poor": "fill:#fffbeb,stroke:#b45309,color:#78350f",
    "bad": "fill:#fef2f2,stroke:#b91c1c,color:#7f1d1d",
}
"""Dark letters on a light ground, so that both themes of a page show them."""


def mermaid(root: Node, language: Language = "en") -> str:
    """The map as a flow chart; titles are quoted, so that nothing in them is taken for a sign of the language."""
    names = {node.node_id: f"n{at}" for at, node in enumerate(walk(root))}
    legend = ", ".join(f"{sign} {words[LANGUAGES.index(language)]}" for sign, *words in HEALTH.values())
    lines = [f"%% {legend}", "flowchart LR"]
    for node in walk(root):
        said = line(node, language)
        text = f"{HEALTH[node.health][0]} {_quoted(node.title)}" + (f"<br/>{_quoted(said)}" if said else "")
        lines.append(f'  {names[node.node_id]}["{text}"]:::{node.health}')
    for node in walk(root):
        lines += [f"  {names[node.node_id]} --- {names[child.node_id]}" for child in node.children]
    lines += [f"  classDef {name} {style}" for name, style in CLASSES.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Letters, digits, spaces and a few signs as they are; all else as an entity, which Mermaid shows as the sign."""
    short = " ".join(text.split())
    short = short if len(short) <= LONGEST else short[: LONGEST - 1] + "…"
    return "".join(each if each.isalnum() or each in " .,·…%+-–" else f"#{ord(each)};" for each in short)

"""A map as a drawing: an SVG file made by rule, the same bytes for the same map, readable without seeing it."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from shopmind.insights.map.node import Node, walk
from shopmind.insights.map.words import FIGURES, HEALTH, LANGUAGES, Language, figure, line

ROW = 40
GAP = 56
MARGIN = 16
LETTER = 7.6
SMALL = 6.2
WIDEST = 42
LEGEND = 32

STYLE = """\
text{font-family:system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;fill:#111827;font-size:13px}
.line{fill:#4b5563;font-size:11px}
.edge{fill:none;stroke:#9ca3af;stroke-width:1.2}
.ground{fill:#ffffff}
.good{fill:#047857}.idle{fill:#6b7280}.poor{fill:#b45309}.bad{fill:#b91c1c}
@media (prefers-color-scheme:dark){text{fill:#f3f4f6}.line{fill:#d1d5db}.edge{stroke:#6b7280}.ground{fill:#111827}
.good{fill:#6ee7b7}.idle{fill:#d1d5db}.poor{fill:#fcd34d}.bad{fill:#fca5a5}}"""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a node stands: its left edge, the middle of its row, and the right edge of its texts."""

    node: Node
    x: float
    y: float
    right: float


def svg(root: Node, language: Language = "en") -> str:
    """The map from left to right: a column a level, a row a leaf, every parent in the middle of its children."""
    lefts = _columns(root, language)
    placed: dict[str, Placed] = {}
    rows = _place(root, 0, 0, lefts, placed, language)
    width, height = round(lefts[-1] + MARGIN - GAP), round(rows * ROW + 2 * MARGIN + LEGEND)
    title = escape(_plain(root.title))
    told = [f"{len(placed)}: {line(root, language)}"]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="title told" lang="{language}">',
        f'<title id="title">{title}</title>',
        f'<desc id="told">{escape(" ".join(told))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
    ]
    out += [_edge(placed[node.node_id], placed[child.node_id]) for node in walk(root) for child in node.children]
    out += [_drawn(each, language) for each in placed.values()]
    out += _legend(height, language)
    return "\n".join([*out, "</svg>"]) + "\n"


def _columns(root: Node, language: Language) -> list[float]:
    """Left edge of each level's column, and of one more behind the last."""
    widths: list[float] = []
    level = [root]
    while level:
        widths.append(max(_width(node, language) for node in level))
        level = [child for node in level for child in node.children]
    lefts = [float(MARGIN)]
    for width in widths:
        lefts.append(lefts[-1] + width + GAP)
    return lefts


def _place(node: Node, depth: int, row: int, lefts: list[float], placed: dict[str, Placed], language: Language) -> int:
    """Places a node and what hangs on it from a row on; returns how many rows that took."""
    placed[node.node_id] = Placed(node, 0, 0, 0)  # keeps its place in the order of reading
    taken = 0
    for child in node.children:
        taken += _place(child, depth + 1, row + taken, lefts, placed, language)
    if node.children:
        y = (placed[node.children[0].node_id].y + placed[node.children[-1].node_id].y) / 2
    else:
        y = MARGIN + (row + 0.5) * ROW
    placed[node.node_id] = Placed(node, lefts[depth], y, lefts[depth] + _width(node, language))
    return max(taken, 1)


def _edge(above: Placed, child: Placed) -> str:
    start, end = above.right + 6, child.x - 4
    middle = (start + end) / 2
    return (
        f'<path class="edge" d="M{start:.1f} {above.y:.1f}C{middle:.1f} {above.y:.1f} '
        f'{middle:.1f} {child.y:.1f} {end:.1f} {child.y:.1f}"/>'
    )


def _drawn(each: Placed, language: Language) -> str:
    node, said = each.node, line(each.node, language)
    sign, *words = HEALTH[node.health]
    whole = [_plain(node.title), words[LANGUAGES.index(language)], *node.says]
    whole += [figure(name, value, language) for name, value in node.figures.items() if FIGURES[name][0] != "text"]
    text = "; ".join(part for part in whole if part)
    y = each.y if not said else each.y - 3
    lines = [
        f"<g data-id={quoteattr(_plain(node.node_id))}><title>{escape(_plain(text))}</title>",
        f'<text x="{each.x:.1f}" y="{y:.1f}"><tspan class="{node.health}">{sign}</tspan> '
        f"{escape(_short(node.title))}</text>",
    ]
    if said:
        lines.append(f'<text class="line" x="{each.x + 14:.1f}" y="{y + 14:.1f}">{escape(_plain(said))}</text>')
    return "".join(lines) + "</g>"


def _legend(height: int, language: Language) -> list[str]:
    said = " · ".join(f"{sign} {words[LANGUAGES.index(language)]}" for sign, *words in HEALTH.values())
    return [f'<text class="line" x="{MARGIN}" y="{height - MARGIN}">{said}</text>']


def _width(node: Node, language: Language) -> float:
    return max(16 + _cells(_short(node.title)) * LETTER, 14 + _cells(line(node, language)) * SMALL)


def _cells(text: str) -> int:
    """How wide a text is in Latin letters; a Chinese one is two of them wide."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _short(text: str) -> str:
    text, cells = _plain(text), 0
    for at, each in enumerate(text):
        cells += 2 if east_asian_width(each) in "WF" else 1
        if cells > WIDEST:
            return text[:at] + "…"
    return text


def _plain(text: str) -> str:
    """One line, without signs that XML does not allow."""
    return " ".join("".join(each for each in text if each.isprintable() or each.isspace()).split())

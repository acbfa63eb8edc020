"""The sentences that stand in the code, read out of it: whoever translates them is held to have all."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import shopmind

ROOT = Path(shopmind.__file__).parent
HELD = "x7"
"""Stands for what the code would put into a hole."""


def tree_of(name: str) -> ast.Module:
    """A file of the package, by its path in it."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def below(node: ast.AST) -> Iterator[str]:
    """Texts below a node, each as one, without docstrings."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else HELD for part in node.values)
    else:
        for child in ast.iter_child_nodes(node):
            yield from below(child)


def of(name: str, *parts: str) -> list[str]:
    """Sentences of a file, or of some of its functions and constants."""
    tree, found = tree_of(name), []
    for node in ast.walk(tree) if parts else [tree]:
        targets = [each.id for each in getattr(node, "targets", ()) if isinstance(each, ast.Name)]
        if not parts or getattr(node, "name", None) in parts or set(targets) & set(parts):
            found += [each for each in below(node) if is_sentence(each)]
    return found


def given_to(called: Callable[[str], bool], *, without: Collection[str] = ()) -> list[str]:
    """Sentences that are the first argument of calls.

    Args:
        called: whether a call counts, by what is called as the code writes it, such as "context.degraded.append".
        without: what the paths of files begin with that are not looked at.
    """
    found: list[str] = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(tuple(without)):
            continue
        for node in ast.walk(tree_of(name)):
            if isinstance(node, ast.Call) and node.args and called(ast.unparse(node.func)):
                found += [each for each in below(node.args[0]) if is_sentence(each)]
    return found


def is_sentence(text: str) -> bool:
    """Whether there is anything to translate besides names."""
    own = text.replace(HELD, "")
    return " " in own.strip() and bool(re.search("[a-z]{3}", own))


def ways(sentence: str) -> tuple[str, ...]:
    """How it may be said: with something in all holes, in none, and without those that hold a word of the sentence."""
    return sentence, sentence.replace(HELD, ""), re.sub(f"{HELD}{HELD}|{HELD}(?=[a-z])", "", sentence)

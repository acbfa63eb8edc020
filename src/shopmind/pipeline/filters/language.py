"""The filter language: `price < 20 and brand in ("Private", "Acme") and not attributes.colour = "red"`.

Grammar (docs/reference/filters.md):

    expression = term { "or" term }
    term       = factor { "and" factor }
    factor     = "not" factor | "(" expression ")" | comparison
    comparison = name ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
               | name [ "not" ] "in" "(" value { "," value } ")"
    value      = number | "text" | 'text' | true | false

A missing value makes every comparison but `!=` (and `not in`) false. Texts compare without regard to case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shopmind.kit.errors import InputError

Value = float | str | bool
Operator = Literal["=", "!=", "<", "<=", ">", ">="]
LONGEST = 4_000
DEEPEST = 40

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign><=|>=|!=|<>|==|=|<|>|\(|\)|,)
      | (?P<name>[^\W\d][\w-]*(?:\.[\w-]+)*)
    )""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "in", "true", "false"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """`name operator value`."""

    name: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Among:
    """`name in (values)`."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`not inner`."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Both:
    """`left and right`."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Either:
    """`left or right`."""

    left: Expression
    right: Expression


Expression = Comparison | Among | Not | Both | Either


@dataclass(frozen=True, slots=True)
class _Token:
    sort: str
    text: str
    at: int


def parse(text: str) -> Expression:
    """Reads one expression.

    Raises:
        InputError: not an expression of the language; the message says at which character and what was expected.
    """
    if len(text) > LONGEST:
        raise InputError(f"filter: {len(text)} characters, at most {LONGEST} are allowed", field="filter")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan())
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        found = self._expression()
        if self._peek().sort != "end":
            raise self._wrong("'and', 'or' or the end")
        return found

    def _scan(self) -> list[_Token]:
        tokens, at = [], 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                rest = self._text[at:].lstrip()
                if not rest:
                    break
                place = len(self._text) - len(rest) + 1
                raise InputError(f"filter: cannot read {rest[:20].rstrip()!r} at character {place}", field="filter")
            sort = match.lastgroup or ""
            word, start = match.group(sort), match.start(sort)
            if sort == "name" and word.lower() in _WORDS:
                sort, word = "word", word.lower()
            tokens.append(_Token(sort, word, start))
            at = match.end()
        tokens.append(_Token("end", "", len(self._text)))
        return tokens

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, text: str) -> bool:
        token = self._peek()
        if token.sort in ("word", "sign") and token.text == text:
            self._next += 1
            return True
        return False

    def _wrong(self, expected: str) -> InputError:
        token = self._peek()
        given = f"{token.text!r} at character {token.at + 1}" if token.sort != "end" else "the end"
        return InputError(f"filter: found {given} where {expected} is expected", field="filter")

    def _expression(self) -> Expression:
        found = self._term()
        while self._take("or"):
            found = Either(found, self._term())
        return found

    def _term(self) -> Expression:
        found = self._factor()
        while self._take("and"):
            found = Both(found, self._factor())
        return found

    def _factor(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InputError(f"filter: nested deeper than {DEEPEST}", field="filter")
        try:
            if self._take("not"):
                return Not(self._factor())
            if self._take("("):
                found = self._expression()
                if not self._take(")"):
                    raise self._wrong("')'")
                return found
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Expression:
        token = self._peek()
        if token.sort != "name":
            raise self._wrong("a name, 'not' or '('")
        self._next += 1
        negated = self._take("not")
        if self._take("in"):
            among = Among(token.text, self._values())
            return Not(among) if negated else among
        if negated:
            raise self._wrong("'in'")
        for sign, operator in _OPERATORS.items():
            if self._take(sign):
                return Comparison(token.text, operator, self._value())
        raise self._wrong("one of = != < <= > >= in")

    def _values(self) -> tuple[Value, ...]:
        if not self._take("("):
            raise self._wrong("'('")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        if not self._take(")"):
            raise self._wrong("',' or ')'")
        return tuple(values)

    def _value(self) -> Value:
        token = self._peek()
        self._next += 1
        if token.sort == "number":
            return float(token.text)
        if token.sort == "text":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.sort == "word" and token.text in ("true", "false"):
            return token.text == "true"
        self._next -= 1
        raise self._wrong('a number, a "quoted text", true or false')


_OPERATORS: dict[str, Operator] = {
    "<=": "<=",
    ">=": ">=",
    "!=": "!=",
    "<>": "!=",
    "==": "=",
    "=": "=",
    "<": "<",
    ">": ">",
}

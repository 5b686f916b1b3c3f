"""Filter expressions as Meilisearch publishes their grammar, read and applied to documents that hold plain values.

Written from the reference, not from what the engine writes, so that both can be held against each other. Nothing is
accepted that the reference does not have.
"""

import re
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Condition = Callable[[Document], bool]

DEEPEST = 200 // 4  # parentheses within parentheses: each costs four of the parser's two hundred steps
_TOKEN = re.compile(r'\s*(?:(?P<quoted>"[^"]*")|(?P<sign>>=|<=|!=|[=<>()\[\],])|(?P<word>[\w.-]+))')
_KEYWORDS = {"AND", "OR", "NOT", "IN", "TO", "STARTS", "WITH", "EXISTS"}


class UnreadableError(Exception):
    """Not an expression of the published grammar."""


def read(expression: str) -> Condition:
    """What the expression says of a document."""
    reading = _Reading(_tokens(expression))
    condition = reading.alternatives(0)
    if reading.next() is not None:
        raise UnreadableError(f"unread: {reading.next()} in {expression[:200]}")
    return condition


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise UnreadableError(expression[at : at + 50])
        found.append(match[0].strip())
        at = match.end()
    return found


class _Reading:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def next(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def alternatives(self, depth: int) -> Condition:
        parts = [self._together(depth)]
        while self._took("OR"):
            parts.append(self._together(depth))
        return lambda document: any(part(document) for part in parts)

    def _together(self, depth: int) -> Condition:
        parts = [self._negated(depth)]
        while self._took("AND"):
            parts.append(self._negated(depth))
        return lambda document: all(part(document) for part in parts)

    def _negated(self, depth: int) -> Condition:
        if self._took("NOT"):
            inner = self._negated(depth)
            return lambda document: not inner(document)
        if self._took("("):
            if depth >= DEEPEST:
                raise UnreadableError("nested too deep")
            inner = self.alternatives(depth + 1)
            self._need(")")
            return inner
        return self._condition()

    def _condition(self) -> Condition:
        attribute = self._value()
        if self._took("IN"):
            values = self._list()
            return lambda document: any(_same(held, value) for held in _held(document, attribute) for value in values)
        if self._took("STARTS"):
            self._need("WITH")
            start = self._value()
            return lambda document: any(
                isinstance(held, str) and held.startswith(start) for held in _held(document, attribute)
            )
        for sign, compare in _COMPARED.items():
            if self._took(sign):
                value = self._value()
                return lambda document: any(compare(held, value) for held in _held(document, attribute))
        low = self._value()
        self._need("TO")
        high = self._value()
        return lambda document: any(
            _number(low) <= held <= _number(high) for held in _held(document, attribute) if not isinstance(held, str)
        )

    def _list(self) -> list[str]:
        self._need("[")
        values: list[str] = []
        while not self._took("]"):
            if values:
                self._need(",")
            values.append(self._value())
        return values

    def _value(self) -> str:
        token = self.next()
        if token is None or token in _KEYWORDS or not (token[0] == '"' or re.fullmatch(r"[\w.-]+", token)):
            raise UnreadableError(f"a value was expected, not {token}")
        self._at += 1
        return token.strip('"')

    def _took(self, token: str) -> bool:
        if self.next() != token:
            return False
        self._at += 1
        return True

    def _need(self, token: str) -> None:
        if not self._took(token):
            raise UnreadableError(f"{token} was expected, not {self.next()}")


def _held(document: Document, attribute: str) -> list[Any]:
    value = document.get(attribute, [])
    return value if isinstance(value, list) else [value]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UnreadableError(f"{text} is no number") from None


def _same(held: Any, value: str) -> bool:
    if isinstance(held, str):
        return held.casefold() == value.casefold()
    try:
        return bool(held == float(value))
    except ValueError:
        return False


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Any, str], bool]:
    return lambda held, value: not isinstance(held, str) and compare(held, _number(value))


_COMPARED: dict[str, Callable[[Any, str], bool]] = {
    "=": _same,
    ">=": _ordered(lambda held, value: held >= value),
    "<=": _ordered(lambda held, value: held <= value),
    ">": _ordered(lambda held, value: held > value),
    "<": _ordered(lambda held, value: held < value),
}

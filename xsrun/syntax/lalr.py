"""The parser: a loop over the tables that Lark makes of the grammar.

It does what the loop of Lark does, in half the time and without importing Lark. At the first token that does
not fit it gives up: what is wrong with a text is for Lark to say (mending.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from xsrun.syntax.lexer import Token

END: Final = Token("$END", "", 0, 0)

Row = dict[str, Any]
"""A state: for every symbol that may come next the state behind it, or the ``Reduction`` to make first."""
Maker = Callable[[list[Any]], Any]


class Reduction(NamedTuple):
    """A rule: how many values it takes, whose place its value takes, and what makes it; None for the value itself."""

    size: int
    symbol: str
    make: Maker | None


class Unexpected(Exception):
    """A token that the grammar does not allow where it stands."""


def parse(first: Mapping[str, Row], tokens: Iterable[Token], start: str) -> Any:
    """What the builder makes of the tokens, read as the rule ``start``. Raises Unexpected."""
    states, values = [first[start]], list[Any]()
    for token in (*tokens, END):
        symbol = token.type
        while (action := states[-1].get(symbol)).__class__ is not dict:
            if action is None:
                raise Unexpected(token)
            size, origin, make = action
            if make is not None:
                at = len(values) - size
                parts = values[at:]
                del values[at:], states[at + 1 :]
                values.append(make(parts))
                states.append(states[-1][origin])
            else:
                states[-1] = states[-2][origin]
        states.append(action)
        values.append(token)
    return values[0]


def states_of(data: dict[str, Any], builder: object) -> dict[str, Row]:
    """The states in which texts begin, from tables as Lark writes them, with a method of the builder for every rule."""
    table, rules = data["data"]["parser"]["parser"], data["memo"]
    rows: dict[int, Row] = {int(state): {} for state in table["states"]}
    reductions = {number: _reduction(rule, builder) for number, rule in rules.items() if rule["__type__"] == "Rule"}
    for state, actions in table["states"].items():
        rows[int(state)] |= {
            table["tokens"][symbol]: reductions[str(target["@"])] if reduces else rows[target]
            for symbol, (reduces, target) in actions.items()
        }
    for state in table["end_states"].values():
        rows[state][END.type] = {}
    return {start: rows[state] for start, state in table["start_states"].items()}


def _reduction(rule: dict[str, Any], builder: object) -> Reduction:
    """A rule with its marks: a single part stands for ``?name`` itself, the parts of ``_name`` belong to its parent."""
    symbols, origin = rule["expansion"], rule["origin"]["name"]
    make: Maker = getattr(builder, rule["alias"] or origin, _parts)
    inner = [at for at, each in enumerate(symbols) if each["__type__"] == "NonTerminal" and each["name"][0] == "_"]
    passes = rule["options"]["expand1"] and not rule["alias"]
    if passes and len(symbols) == 1 and not inner:
        return Reduction(1, origin, None)
    if passes:
        make = _passing(make)
    return Reduction(len(symbols), origin, _flat(make, inner) if inner else make)


def _parts(parts: list[Any]) -> list[Any]:
    return parts


def _passing(make: Maker) -> Maker:
    return lambda parts: parts[0] if len(parts) == 1 else make(parts)


def _flat(make: Maker, inner: list[int]) -> Maker:
    """The same with the parts of parts in place of them. A repetition grows at its first part, which is added to."""
    leads = inner[0] == 0
    others = inner[:0:-1] if leads else inner[::-1]

    def flat(parts: list[Any]) -> Any:
        for at in others:
            parts[at : at + 1] = parts[at]
        if leads:
            parts[0] += parts[1:]
            return make(parts[0])
        return make(parts)

    return flat

"""Where values grow faster than turn by turn, and are measured at once.

What grows by one entry or a few characters a turn is measured between turns (``runtime.turns``). A text put
together of two others, a list of two lists and the result of a filter may be twice as large as what there was
before, so these are measured where they are made, unless it is certain that they are not larger.
"""

from __future__ import annotations

import ast
from typing import Final

from xsrun.builtins.records import Filter, Statement
from xsrun.compile import python as py
from xsrun.compile.context import Context, Piece
from xsrun.compile.types import BOOL, NULL, NUMBER, Type, of_annotation

SCALAR: Final = NULL | BOOL | NUMBER

_LIMITED: Final = (
    "append as array_max array_min diff diff_assoc entries every filter filter_empty filter_empty_array "
    "filter_empty_object filter_empty_text filter_false filter_null filter_zero find first first_notempty "
    "first_notnull format_timestamp get intersect intersect_assoc keys last ltrim map max md5 min pick pop prepend "
    "push reduce remove reverse rsort rtrim safe_array set set_conditional set_ifnotempty set_ifnotnull sha1 sha256 "
    "sha512 shift shuffle slice some sort substr to_lower to_upper transform trim unique unpick unset unshift values "
    "array.pop array.push array.shift array.unshift array.find array.filter array.map"
)
LIMITED: Final = frozenset(_LIMITED.split())
"""Builtins whose results have at most one entry more than what they were given, or only values that were there."""

DECODING: Final = frozenset({"json_decode", "yaml_decode", "xml_decode", "lambda", "lambda_map", "lambda_reduce"})
"""Filters that make lists and objects of something else: all that is in them is new."""


def result(record: Filter | Statement, made: ast.expr) -> ast.expr:
    """The result of a builtin, measured where it may have grown."""
    if record.name in LIMITED or of_annotation(record.returns).only(SCALAR):
        return made
    outside = record.name in DECODING or (isinstance(record, Statement) and record.needs_world)
    return py.call("sized_within" if outside else "sized", py.load("rt"), made)


def is_short(known: Type) -> bool:
    """Whether the text of a value has some characters at most."""
    return known.only(SCALAR)


def joined(context: Context, pieces: list[Piece]) -> ast.expr:
    """A text put together of others, measured unless all of them but one are short."""
    text = ast.JoinedStr([each.made for each in pieces])
    if sum(not each.short for each in pieces) < 2:
        return text
    name = context.temporary()
    length = py.call("len", ast.NamedExpr(ast.Name(name, ast.Store()), text))
    fits = ast.Compare(length, [ast.LtE()], [py.attribute("rt", "characters")])
    return py.choose(fits, py.load(name), py.call("too_large", py.load("rt"), py.load(name)))


def demand(local: str) -> ast.stmt:
    """Measure a text in a variable."""
    grown = ast.Compare(py.call("len", py.load(local)), [ast.Gt()], [py.attribute("rt", "characters")])
    return py.if_(grown, [py.expression(py.call("too_large", py.load("rt"), py.load(local)))])


def measured(made: ast.expr, grows: bool) -> ast.expr:
    """A list or object, measured where it ``grows`` beyond what there was."""
    return py.call("sized", py.load("rt"), made) if grows else made


def changed(record: Statement, local: str) -> list[ast.stmt]:
    """Measure a variable that a statement changed in place, where it may have grown by more than an entry."""
    if record.name in LIMITED:
        return []
    return [py.expression(py.call("sized", py.load("rt"), py.load(local)))]

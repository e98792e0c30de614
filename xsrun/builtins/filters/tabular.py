"""Filters for text in rows and cells (CSV)."""

from __future__ import annotations

from xsrun import csvtext, values
from xsrun.builtins.registry import Elements, Group, List, Text, Value
from xsrun.hints import Any
from xsrun.late import re

tabular = Group("tabular")


@tabular.filter(
    '"a,b\\n1,\\"x,y\\""|csv_decode -> [["a","b"],["1","x,y"]]',
    '"a;b"|csv_decode:";" -> [["a","b"]]',
    "null|csv_decode -> []",
)
def csv_decode(subject: Text, separator: Text = ",", enclosure: Text = '"', escape: Text = "\\") -> list[list[Text]]:
    """Read CSV text as a list of rows, each a list of texts.

    An enclosed cell may hold separators and line breaks; within it a doubled enclosure is one, and the
    escape character keeps the character after it from ending the cell. Empty lines are skipped.
    """
    return list(csvtext.rows([subject], separator, enclosure, escape))


@tabular.filter(
    '"a,b\\n1,2"|csv_parse -> [{"a":"1","b":"2"}]',
    '"a,b\\n1\\n1,2,3"|csv_parse -> [{"a":"1","b":null},{"a":"1","b":"2"}]',
    "null|csv_parse -> []",
    misnomers=("parse_csv",),
)
def csv_parse(
    subject: Text, separator: Text = ",", enclosure: Text = '"', escape: Text = "\\"
) -> list[dict[Text, Value]]:
    """Read CSV text whose first row names the columns as a list of objects.

    All values are text; a missing cell is null and one without a name is dropped.
    """
    return list(csvtext.as_objects(csvtext.rows([subject], separator, enclosure, escape)))


@tabular.filter(
    '[[1,"a b"],[null,{k: 1}]]|csv_encode -> "1,\\"a b\\"\\n,\\"{\\"\\"k\\"\\":1}\\"\\n"',
    '[{a: 1, b: 2}]|csv_encode:";" -> "1;2\\n"',
    '["a","b"]|csv_encode -> "a,b\\n"',
    '[]|csv_encode -> ""',
)
def csv_encode(subject: List, separator: Text = ",", enclosure: Text = '"', escape: Text = "\\") -> Text:
    """Write rows, lists or objects, as CSV text without a header; a list of plain values is one row.

    True is written 1, false and null as nothing, a list or object within a row as JSON.
    """
    csvtext.demand_dialect(separator, enclosure, escape)
    rows = subject if any(isinstance(row, list | dict) for row in subject) or not subject else [subject]
    return "".join(_line(row, separator, enclosure, escape) for row in rows)


@tabular.filter(
    '["a","b"]|csv_create:[[1,2]] -> "a,b\\n1,2\\n"',
    '[{a: 1, b: 2}]|csv_create -> "a,b\\n1,2\\n"',
    '["a"]|csv_create:[] -> "a\\n"',
    '["a"]|csv_create -> !Value must be an array.',
)
def csv_create(
    subject: List,
    rows: Elements | None = None,
    separator: Text = ",",
    enclosure: Text = '"',
    escape: Text = "\\",
) -> Text:
    """Write a header of column names, then rows, as CSV text.

    Without rows the piped list is taken for them, and the keys of the first one are the header.
    """
    if rows is None:
        rows, subject = subject, list(values.as_object(values.container(subject[0]))) if subject else []
    header = csv_encode(subject, separator, enclosure, escape)
    return header + "".join(_line(row, separator, enclosure, escape) for row in rows)


def _line(row: Any, separator: str, enclosure: str, escape: str) -> str:
    cells = values.elements(row) if isinstance(row, list | dict) else [row]
    return separator.join(_written(item, separator, enclosure, escape) for item in cells) + "\n"


def _written(item: Any, separator: str, enclosure: str, escape: str) -> str:
    shown = ("1" if item else "") if isinstance(item, bool) else values.to_text(item)
    if not any(special in shown for special in (separator, enclosure, "\n", "\r", "\t", " ", *escape)):
        return shown
    unprotected = f"(?<!{re.escape(escape)})" if escape not in ("", enclosure) else ""
    return enclosure + re.sub(unprotected + re.escape(enclosure), lambda _: enclosure * 2, shown) + enclosure

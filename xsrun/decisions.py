"""What this program does where the pages of the language are silent, or say two things.

Each choice comes with an example, which a test runs; ``docs/parity.md`` lists them.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Decision(NamedTuple):
    """One open point of the language.

    ``example`` is ``source -> JSON``, or ``source -> !message`` for a fault: an expression, or statements that
    leave their result in ``$r``.
    """

    point: str
    choice: str
    example: str


DECISIONS: Final = (
    Decision(
        "an optional input without default that is left out",
        "is null; the platform was seen to give the zero value of its type",
        'function.run "name" as $r -> null',
    ),
    Decision(
        "an optional input that is not nullable and given null",
        "counts as left out",
        'function.run "role" { input = {a: null} } as $r -> "user"',
    ),
    Decision(
        "arguments of filters in a condition",
        "end at a comparison or logical operator",
        "var $r { value = 0 }\nconditional { if ([1,2]|has:5 == false) { var $r { value = 1 } } } -> 1",
    ),
    Decision("arguments of filters in a value", "take in all operators", "[1,2]|has:5 == false -> false"),
    Decision(
        "an operator directly behind a filter without arguments",
        "is refused",
        "[1,2]|count > 1 -> !`>` stands directly behind the filter `count`",
    ),
    Decision("arguments beyond those that a filter takes", "are ignored, with a warning", '"abc"|strlen:1 -> 3'),
    Decision("a backslash that begins no escape", "stays in the text; the platform drops it", r'"\d"|strlen -> 2'),
    Decision(
        "`||` of other values than booleans",
        "gives the first true operand, else the last one",
        '"" || "x" -> "x"',
    ),
    Decision(
        "a plain reference that leads nowhere",
        "is a fault; as an operand it is null",
        "var $o { value = {} }\nvar $r { value = $o.a } -> !Unable to locate var: o.a",
    ),
    Decision("`sort` without a type", "orders by text, numbers too", "[10,9,2]|sort -> [10,2,9]"),
    Decision(
        "the order of the arguments of `fill`",
        "is start and count behind a piped value, count and value without one",
        '"v"|fill:0:2 -> ["v","v"]',
    ),
    Decision(
        "`index_by`",
        "keeps all elements of a key, in a list",
        '[{k: 1}, {k: 1}]|index_by:"k" -> {"1":[{"k":1},{"k":1}]}',
    ),
    Decision("the filters `pop` and `shift`", "give the element", "[1,2,3]|pop -> 3"),
    Decision("the filters of regular expressions", "work on a piped pattern", '"/b/"|regex_matches:"abc" -> true'),
    Decision("`has` of a list", "looks for a position", "[5,6]|has:1 -> true"),
    Decision("`contains` of a list", "looks for an element", "[5,6]|contains:6 -> true"),
    Decision("`..` from the larger to the smaller", "counts down", "(3..1) -> [3,2,1]"),
    Decision("`&&` beside `||`", "binds more tightly", "true || false && false -> true"),
    Decision("`%` beside `+` and `-`", "binds as `*` does", "1 + 5 % 3 -> 3"),
    Decision("a default of `get`", "is given whatever it is", '{}|get:"a":0 -> 0'),
    Decision("`findIndex` without a match", "gives -1", "[1]|findIndex:$$ > 1 -> -1"),
    Decision("an object literal with numbers as keys", "stays an object", '{"0": 1} -> {"0":1}'),
    Decision("`merge` of objects with numbers as keys", "keeps the keys", '{"5": 1}|merge:{"5": 2} -> {"5":2}'),
    Decision("the text of lists and objects", "is their JSON", '"" ~ [1, {a: 2}] -> "[1,{\\"a\\":2}]"'),
    Decision("the text of a decimal", "has 14 significant digits at most", '"" ~ (1 / 3) -> "0.33333333333333"'),
    Decision("`escape`", "escapes for HTML", '"<b>"|escape -> "&lt;b&gt;"'),
    Decision("a negative position", "counts from the end in brackets only", "[1,2]|get:-1 -> null"),
    Decision(
        "`$result`, `$index`, `$response` and `$output` as variables",
        "are allowed, with a warning",
        "var $result { value = 2 }\nvar $r { value = $result } -> 2",
    ),
    Decision(
        "an entry of a literal that leads nowhere",
        "is null",
        'var $o { value = {} }\nvar $r { value = {a: $o.x} } -> {"a":null}',
    ),
    Decision("a text that is no path", "is one key", '{}|set:"(":1 -> {"(":1}'),
    Decision("`now` in arithmetic", "is the time; the platform refuses it", "now - now -> 0"),
    Decision(
        "the message of `$error` after `throw`",
        "is the thrown value, as `result` is",
        'try_catch {\n  try { throw { name = "x" value = "late" } }\n'
        '  catch { var $r { value = $error.message } }\n} -> "late"',
    ),
    Decision(
        "a request that gets no answer",
        "raises nothing: status 0 and an `error`",
        'api.request { url = "ftp://x.test" } as $answer\nvar $r { value = $answer.response.status } -> 0',
    ),
    Decision(
        "a case without `break`",
        "falls through",
        "var $r { value = 0 }\nswitch (1) {\n  case (1) { math.add $r { value = 1 } }\n"
        "  case (2) { math.add $r { value = 2 } }\n} -> 3",
    ),
    Decision("a variable of a block", "lives on behind it", "conditional { if (true) { var $r { value = 1 } } } -> 1"),
    Decision(
        "the bounds of `expect.to_be_within`",
        "count as within",
        "var $r { value = 5 }\nexpect.to_be_within ($r) { min = 5 max = 9 } -> 5",
    ),
    Decision(
        "`function.call` of a function that fails",
        "binds the error",
        'function.call "failing" as $error_of_it\nvar $r { value = $error_of_it.message } -> "no"',
    ),
    Decision(
        "the elements of `object.entries`",
        "are objects of `key` and `value`",
        'object.entries { value = {a: 1} } as $r -> [{"key":"a","value":1}]',
    ),
    Decision(
        "a position beyond the end of a list in `var.update`",
        "makes an object of the list",
        'var $r { value = [1] }\nvar.update $r[5] { value = 2 } -> {"0":1,"5":2}',
    ),
    Decision(
        "a date of month arithmetic beyond the end of the month",
        "runs over into the next one",
        '("2024-01-31"|to_timestamp:"UTC")|transform_timestamp:"+1 month":"UTC"|format_timestamp:"Y-m-d":"UTC"'
        ' -> "2024-03-02"',
    ),
    Decision(
        "a size beyond the limits of the run",
        "is a fault that can be caught; limits of turns, calls and time cannot",
        "try_catch {\n  try { var $x { value = (1..20000000) } }\n"
        '  catch { var $r { value = $error.code } }\n} -> "ERROR_FATAL"',
    ),
    Decision(
        "null for an optional column that holds none",
        "counts as left out in a new row, and clears the column of one that is there",
        'db.add person { data = {name: "Ada", age: null} } as $p\nvar $r { value = $p.age } -> 0',
    ),
    Decision(
        "an empty text for a required column",
        "is stored; null is refused",
        'db.add person { data = {name: ""} } as $p\nvar $r { value = $p.name } -> ""',
    ),
    Decision(
        "an `id` in the `data` of `db.add`",
        "is taken; later rows count on above it",
        'db.add person { data = {id: 7} } as $p\ndb.add person { data = {name: "a"} } as $q\n'
        "var $r { value = $q.id } -> 8",
    ),
    Decision(
        "a column compared with what its type cannot be",
        "is compared as a text",
        'db.add person { data = {age: 1} } as $p\ndb.query person {\n  where = $db.person.age != "old"\n'
        '  return = {type: "count"}\n} as $r -> 1',
    ),
    Decision(
        "the keys of an object in a column",
        "come in the order of PostgreSQL's `jsonb`: shorter ones first",
        'db.add note { data = {said: {bb: 1, a: 2}} } as $n\nvar $r { value = $n.said } -> {"a":2,"bb":1}',
    ),
    Decision(
        "`return` and `debug.stop` in a `db.transaction`",
        "store what was done; only an error undoes it",
        "db.transaction {\n  stack {\n    db.add person { data = {age: 1} } as $r\n    debug.stop { value = $r.id }\n"
        "  }\n} -> 1",
    ),
    Decision(
        "an `additional_where` that names an internal column",
        "is refused",
        'db.query person {\n  additional_where = {expression: [{statement: {left: {tag: "col", operand: "secret"}, '
        'op: "==", right: {operand: 1}}}]}\n} as $r -> !There is no column: secret',
    ),
)

"""The table of what authors write by mistake, and what to type instead.

``looks`` shows the tokens around the one where the grammar stopped, which is marked ``>``: types in
capitals, anything else is the text of the token, alternatives stand between ``|``; ``^`` demands
that the first one begins its entry. In messages ``<0>`` is the unexpected token, ``<-1>`` the one
before it, ``<rest>`` what follows; the others are methods of ``Place`` (mistakes.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple


class Look(NamedTuple):
    """A record's view, read: whether it begins an entry, its tokens, and which of them is the unexpected one."""

    anchored: bool
    tokens: tuple[frozenset[str], ...]
    middle: int


class Change(NamedTuple):
    """A part of the remedy: these tokens, counted from the unexpected one, become ``text``, with its placeholders.

    ``name`` says where to put something in instead: behind the ``keyword`` of the entry, before the ``first``
    token behind it, behind the ``head`` that ends before the braces, or at the ``end`` of the entry or element.
    """

    text: str
    first: int = 0
    last: int = 0
    name: str = ""


class Cause(NamedTuple):
    """One mistake: what is looked at, and what is said."""

    looks: str
    message: str
    help: str
    inside: str = ""
    """In which surroundings: ``document``, ``block``, ``fields``, ``object``, ``list``, ``group``, ``index``,
    ``backtick``; any when empty."""
    of: str = ""
    """The first word of the entry, when it matters."""
    owner: str = ""
    """The first word of the block around the entry, when it matters."""
    mark: tuple[int, int] | str = (0, 0)
    """Which tokens the carets cover, counted from the unexpected one; or the whole ``entry``, or its ``value``."""
    label: str = ""
    back: int = 0
    """How many tokens before the unexpected one belong to the fault."""
    waiting: str = ""
    """A token that stands earlier in the same value and waits for its colon."""
    glued: bool = False
    """Whether there must be no blank before the unexpected token."""
    code: str = "syntax"
    fix: tuple[Change, ...] = ()
    """The changes that mend it, when there is one way to do so."""

    @property
    def view(self) -> Look:
        """What is looked at."""
        return look(self.looks)

    @property
    def marked(self) -> tuple[int, int]:
        """The first and the last token that the carets cover."""
        return self.mark if isinstance(self.mark, tuple) else (0, 0)


@cache
def look(written: str) -> Look:
    """Read ``^ WORD >COLON``: token types and values around the unexpected token, which is marked ``>``."""
    parts = written.split()
    anchored = parts[0] == "^"
    parts = parts[1:] if anchored else parts
    middle = next(at for at, part in enumerate(parts) if part[0] == ">" and len(part) > 1)
    parts[middle] = parts[middle][1:]
    return Look(anchored, tuple(frozenset(_alternatives(part)) for part in parts), middle)


def _alternatives(part: str) -> Iterable[str]:
    for name in part.split("|"):
        yield from GROUPS.get(name, (name,))


TYPES: Final = frozenset(
    {
        "SEP", "ATTR", "KEY", "TYPE", "BOUNDS", "BARE", "FILTERS", "AS", "LBLOCK", "RBLOCK", "LOBJECT", "ROBJECT",
        "LCOND", "RCOND", "BTICK", "ETICK", "JUNK", "BROKEN", "TRIPLE", "STRING", "TIMESTAMP", "NUMBER", "VAR", "CAST",
        "WORD", "SPREAD", "COMPARE", "LOGIC", "ARITHMETIC", "MEMBER", "MINUS", "BANG", "PIPE", "QUESTION", "COLON",
        "EQ", "DOT", "COMMA", "LPAR", "RPAR", "LSQUARE", "RSQUARE", "START", "END",
    }
)  # fmt: skip

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "OPERATOR": ("ARITHMETIC", "COMPARE", "LOGIC", "MINUS"),
    "INFIX": ("ARITHMETIC", "COMPARE", "LOGIC"),
    "STOP": ("SEP", "RBLOCK", "ROBJECT", "RSQUARE", "RPAR", "RCOND", "ETICK", "END"),
    "BEGIN": ("VAR", "STRING", "TRIPLE", "NUMBER", "WORD", "LPAR", "LCOND", "LSQUARE", "LOBJECT", "BTICK", "CAST"),
    "FINISH": ("VAR", "STRING", "TRIPLE", "NUMBER", "WORD", "MEMBER", "RPAR", "RCOND", "RSQUARE", "ROBJECT", "ETICK"),
    "VALUE": (
        "VAR",
        "STRING",
        "TRIPLE",
        "NUMBER",
        "MEMBER",
        "RPAR",
        "RSQUARE",
        "ROBJECT",
        "LPAR",
        "LSQUARE",
        "LOBJECT",
    ),
    "TYPENAME": ("text", "int", "decimal", "bool", "json", "object", "email", "timestamp", "date", "uuid", "enum"),
    "STATEMENT": ("function.run", "function.call", "api.request", "db.query", "db.get", "db.add", "db.edit"),
    "BEFORE": ("EQ", "COLON", "LPAR", "LCOND", "LSQUARE", "BTICK", "SEP", "PIPE"),
}
"""Names for several types: what may stand between, end, begin and precede values."""

CALLS: Final = "function.run function.call task.call tool.call addon.call middleware.call"

CONDITIONS: Final = "if elseif while precondition"

TAKING: Final = "return var var.update debug.log throw"
"""Statements whose braces hold a value."""

JUNK: Final = (
    Cause(
        ">JUNK|SEP|RPAR|RCOND", "`for` counts by itself, from 0", "write for (10) { each as $i { … } }",
        of="for", inside="group", mark="entry",
    ),
    Cause(">;", "`;` ends nothing", "remove it: a statement ends with its line", fix=(Change(""),)),
    Cause(">&", "`&` is no operator", "write `&&`; for bits use the filter `bitwise_and`"),
    Cause(">^", "`^` is no operator", "write |pow:… for a power; for bits use the filter `bitwise_xor`"),
    Cause(">$ LOBJECT|LBLOCK", "`${…}` puts nothing into a text", 'join texts with `~`, e.g. "Hello " ~ $name',
          mark=(0, 1)),
    Cause(">$", "a name stands directly behind `$`", "write $name"),
    Cause("ATTR EQ WORD >JUNK", "this text has no quotes", 'write <-3> = "<value>"', mark="value"),
    Cause("ATTR EQ >JUNK", "this text has no quotes", 'write <-2> = "<value>"', mark="value"),
    Cause(">JUNK", "the character `<0>` means nothing here", "remove it, or put the text into quotes"),
)  # fmt: skip

OPERATORS: Final = (
    Cause("* >*", "`**` is no operator", "write (<left>|pow:<right>)", mark=(-1, 0)),
    Cause("QUESTION >MEMBER", "`?.` is no operator", "write (<left><0> ?? null)", mark=(-1, 0)),
    Cause("QUESTION >LSQUARE", "`?[` is no operator", "write (<left>[…] ?? null)", mark=(-1, 0)),
    Cause("QUESTION DOT >ANY", "`?.` is no operator", "write (… ?? null)", mark=(-2, -1)),
    Cause(">and|AND", "`<0>` is no operator", "write `&&`", fix=(Change("&&"),)),
    Cause(">or|OR", "`<0>` is no operator", "write `||`", fix=(Change("||"),)),
    Cause(">is|IS not|NOT", "`<0> <1>` is no operator", "write `!=`", mark=(0, 1), fix=(Change("!=", 0, 1),)),
    Cause(">is|IS", "`<0>` is no operator", "write `==`", fix=(Change("=="),)),
    Cause(">mod|MOD", "`<0>` is no operator", "write `%`", fix=(Change("%"),)),
    Cause("not|NOT >BEGIN", "`<-1>` is no operator", "write !<right>", mark=(-1, -1)),
    Cause("< >>", "`<>` is no operator", "write `!=`", mark=(-1, 0), fix=(Change("!=", -1, 0),)),
    Cause("< ><", "`<<` is no operator", "multiply by a power of two: write <left> * (2|pow:<right>)", mark=(-1, 0)),
    Cause("> >>", "`>>` is no operator", "divide by a power of two: write (<left> / (2|pow:<right>))|floor",
          mark=(-1, 0)),
    Cause("= >>", "there are no functions of the form `x => …`", "name the element `$$`, e.g. $list|map:$$.price",
          mark=(-1, 0)),
    Cause("MINUS >>", "`->` is no operator", "write `.` before the name of a part", mark=(-1, 0)),
    Cause("LPAR|LCOND|BEFORE >ARITHMETIC|COMPARE|LOGIC", "nothing stands before `<0>`",
          "write a value before `<0>`, or remove it"),
    Cause("OPERATOR >STOP", "nothing stands behind `<-1>`", "write a value behind `<-1>`, or remove it", mark=(-1, -1)),
    Cause("OPERATOR >INFIX", "`<-1>` and `<0>` stand side by side", "keep one of the two", mark=(-1, 0)),
)  # fmt: skip

SETTERS: Final = "var|var.update|array.push|array.unshift|text.append|text.prepend|math.add|math.sub|math.mul|math.div"
"""Statements that take a variable and a value for it."""

CALL: Final = Cause(
    "WORD|MEMBER >LPAR|LCOND",
    "nothing is called in an expression: filters stand behind `|`",
    "write <piped>",
    mark=(-1, 0),
    glued=True,
)

FILTERS: Final = (
    Cause("PIPE WORD >LPAR|LCOND", "the arguments of a filter stand behind `:`", "write |<-1><call>", mark=(0, 0)),
    Cause("PIPE WORD >VAR|STRING|NUMBER|WORD", "the arguments of a filter stand behind `:`", "write |<-1>:<0>",
          inside="block group index backtick", fix=(Change("<-1>:<0>", -1, 0),)),
    Cause("PIPE WORD COLON ANY , >BEGIN", "the arguments of a filter are separated by `:`", "write |<-4>:<-2>:<0>",
          mark=(-1, -1), back=2),
    Cause("PIPE WORD COLON ANY >COMMA", "the arguments of a filter are separated by `:`", "write |<-3>:<-1>:<1>"),
    Cause("PIPE >PIPE", "a filter has no name", "write `||` to join conditions", mark=(-1, 0)),
    Cause("PIPE >VAR|LPAR|LCOND|BANG", "no filter stands behind `|`", "write `||` to join conditions", mark=(-1, -1)),
    Cause("PIPE >ANY", "the name of a filter stands behind `|`", "write e.g. $text|trim", mark=(-1, -1)),
    Cause("COLON >COLON", "an argument is missing between the colons", "write null for one that is left out",
          mark=(-1, 0)),
    Cause("FINISH >COLON", "`:` stands behind no filter", "write `|` before the name of a filter",
          inside="group list index backtick"),
    Cause("COLON >STOP", "an argument is missing behind `:`", "write it, or remove the colon",
          inside="block group list index backtick", mark=(-1, -1)),
)  # fmt: skip

OBJECTS: Final = (
    Cause("SPREAD >STOP", "`...` stands for what was left out", "write it out, or remove the dots", mark=(-1, -1),
          inside="object list"),
    Cause("^ >WORD|STRING|NUMBER =", "an entry of an object is written with `:`", "write <0>: <right>", inside="object",
          mark=(0, 1), fix=(Change("<0>:", 0, 1),)),
    Cause("^ >WORD|STRING BEGIN", "expected `:` behind `<0>`", "write <0>: <1>", inside="object", mark=(0, 0)),
    Cause("^ >VAR STOP", "an entry of an object has a key", "write <name>: <0>", inside="object"),
    Cause("^ >WORD STOP", "the key `<0>` has no value", "write <0>: $<0>", inside="object"),
    Cause("^ >STRING STOP", "the key <0> has no value", "write <0>: null", inside="object"),
    Cause("^ >LPAR|LCOND|LSQUARE", "a key is a name or a text in quotes", "build it with a filter: {}|set:$key:$value",
          inside="object"),
    Cause("FINISH >WORD|STRING|NUMBER COLON", "a comma is missing before `<0>`", "write <-1>, <0>: <rest>",
          inside="object", fix=(Change(",", 0, -1),)),
    Cause("^ >COLON", "the key is missing before `:`", "write a name before it", inside="object"),
    Cause("KEY COLON >STOP", "the key `<-2>` has no value", "write <-2>: null, or leave the key out", inside="object",
          mark=(-2, -1)),
    Cause("KEY COLON WORD >WORD|NUMBER|JUNK", "this text has no quotes", 'write <-3>: "<…>"', inside="object",
          mark=(-1, 0)),
    Cause("VALUE >VALUE", "a comma is missing before `<0>`", "write <-1>, <0>", inside="list",
          fix=(Change(",", 0, -1),)),
    CALL._replace(inside="list"),
    Cause("FINISH >BEGIN", "a comma is missing before `<0>`", "write <-1>, <0>", inside="list"),
    Cause("^ WORD|STRING >COLON", "the elements of a list have no keys", "write {<-1>: <rest>}", inside="list",
          mark=(-1, 0)),
    Cause(">COMMA", "this comma separates nothing", "remove it", inside="object list block fields document",
          fix=(Change(""),)),
)  # fmt: skip

FIELDS: Final = (
    Cause("^ TYPE >COLON WORD", "a field begins with its type", "write <1> <-1>", inside="fields", mark=(-1, 1),
          fix=(Change("<1> <-1>", -1, 1),)),
    Cause("^ TYPE >< WORD", "a list is written with brackets", "write <1>[] and the name", inside="fields",
          mark=(0, 1)),
    Cause(">STRING COLON WORD", "a field begins with its type", "write <2> and the name without quotes",
          inside="fields", mark=(0, 2)),
    Cause("^ TYPE >VAR", "the name of a field has no `$`", "write <-1> <name>", inside="fields",
          fix=(Change("<name>"),)),
    Cause("^ >QUESTION ANY WORD", "a field is optional by `?` behind its name", "write <1> <2>?", inside="fields",
          mark=(0, 2)),
    Cause(">OPERATOR|PIPE|QUESTION", "a default is a literal", "write the value itself, and compute in the stack",
          inside="fields"),
)  # fmt: skip

STATEMENTS: Final = (
    Cause("^ >SPREAD", "`...` stands for what was left out", "write it out, or remove the dots",
          inside="block fields document"),
    Cause("^ TYPENAME WORD >QUESTION", "a field stands outside `input`", "move it into input { … } of the function",
          inside="block", mark=(-2, -1)),
    Cause("^ TYPENAME >LSQUARE", "a field stands outside `input`", "move it into input { … } of the function",
          inside="block", mark=(-1, -1)),
    Cause("^ >EQ", "the name of an attribute is missing before `=`", "write value = <rest>", inside="block"),
    Cause("^ >MINUS MINUS", "`--` is no comment", "write // …", inside="block fields document", mark=(0, 1)),
    Cause("^ value >COLON", "an attribute is written with `=`", "write value = <rest>", inside="block",
          mark=(-1, 0), fix=(Change(" ="),)),
    Cause("^ WORD|STRING >COLON", "`return` takes its value as an attribute", "write return { value = {<-1>: <rest>} }",
          inside="block", owner="return", mark=(-1, 0)),
    Cause("^ default >COLON", "the statements of `default` stand in braces", "write default { … }", inside="block"),
    Cause("^ case ANY >COLON", "`case` takes its value in parentheses", "write case (<-1>) { … }", inside="block",
          mark=(-1, 0)),
    Cause("^ WORD|STRING >COLON", "an attribute is written with `=`", "write <-1> = <rest>", inside="block document",
          mark=(-1, 0), fix=(Change(" ="),)),
    Cause("^ WORD >ARITHMETIC|MINUS EQ", "`<0>=` is no operator", "write <-1> = <target> <0> <rest>", inside="block",
          mark=(0, 1)),
    Cause("^ >VAR ARITHMETIC|MINUS EQ", "`<1>=` is no operator", "write var.update <0> { value = <0> <1> <rest> }",
          inside="block", mark=(0, 2)),
    Cause("^ >VAR + +", "`++` is no operator", "write var.update <0> { value = <0> + 1 }", inside="block", mark=(0, 2),
          fix=(Change("var.update <0> { value = <0> + 1 }", 0, 2),)),
    Cause("^ >VAR MINUS MINUS", "`--` is no operator", "write var.update <0> { value = <0> - 1 }", inside="block",
          mark=(0, 2), fix=(Change("var.update <0> { value = <0> - 1 }", 0, 2),)),
    Cause("^ WORD >+ +", "`++` is no operator", "write var.update $<-1> { value = $<-1> + 1 }", inside="block",
          mark=(-1, 1)),
    Cause("^ >VAR MEMBER EQ|COMPARE", "a variable is changed with `var.update`",
          "write var.update <0><1> { value = <rest> }", inside="block", mark=(0, 2)),
    Cause("^ >VAR =", "a variable is set with `var`", "write var <0> { value = <rest> }", inside="block",
          mark=(0, 1), fix=(Change("var <0> { value =", 0, 1), Change(" }", name="end"))),
    Cause("^ >VAR EQ|COMPARE", "a variable is set with `var`", "write var <0> { value = <rest> }", inside="block",
          mark=(0, 1)),
    Cause("^ >VAR", "this value has no name", "write value = <entry>", inside="block", owner=TAKING),
    Cause("^ >VAR", "a statement begins with its name", "write var <0> { value = <entry> }", inside="block"),
    Cause("^ var|var.update VAR >EQ", "`<-2>` takes its value in braces", "write <-2> <-1> { value = <rest> }",
          inside="block", fix=(Change("{ value ="), Change(" }", name="end"))),
    Cause(f"^ {SETTERS} VAR >BEGIN", "`<-2>` takes its value in braces", "write <-2> <-1> { value = <onward> }",
          inside="block", fix=(Change(" { value =", 0, -1), Change(" }", name="end"))),
    Cause("^ var.update ANY >EQ|MEMBER", "`var.update` takes its value in braces",
          "write var.update <-1> { value = <rest> }", inside="block"),
    Cause("^ let|const|local|set VAR >EQ", "a variable is set with `var`", "write var <-1> { value = <rest> }",
          inside="block", mark=(-2, 0),
          fix=(Change("var", -2, -2), Change("{ value ="), Change(" }", name="end"))),
    Cause("^ WORD VAR >EQ", "a variable takes its value in braces", "write var <-1> { value = <rest> }",
          inside="block"),
    Cause(">ANY", "expected `=` behind `<keyword>`", "write <keyword> = <arguments>", inside="block",
          of="value url method params headers error error_type payload", code="missing-equals",
          fix=(Change(" =", name="keyword"),)),
    Cause("AS >WORD", "the name of a variable begins with `$`", "write as $<0>", inside="block",
          fix=(Change("$<0>"),)),
    Cause("AS >ANY", "a variable stands behind `as`", "write as $result", inside="block", mark=(-1, -1)),
    Cause(">ANY", "`throw` takes its name and value in braces", 'write throw { name = "…", value = <arguments> }',
          of="throw", inside="block"),
    Cause(">ANY", "`<keyword>` takes its value in braces", "write <keyword> { value = <arguments> }",
          of="return debug.stop debug.log", inside="block",
          fix=(Change(" { value =", name="keyword"), Change(" }", name="end"))),
    Cause("WORD LPAR STRING >COMMA", "`<keyword>` takes no call parentheses",
          "write <keyword> <-1> { input = <rest> } as $result", of=CALLS, inside="group",
          mark=(-2, 0)),
    Cause(">COMMA", "`<keyword>` takes no parentheses",
          "declare its inputs in input { … }, one a line: type and name", inside="group",
          of="function query task tool middleware addon"),
    Cause(">as VAR", "`foreach` names its element in `each`", "write foreach (<left>) { each as <1> { … } }",
          of="foreach", inside="group", mark=(0, 1)),
    Cause("foreach|for VAR in|of >ANY", "`<keyword>` names its element in `each`",
          "write <keyword> (<onward>) { each as <-2> { … } }", inside="block", mark=(-2, 0)),
    Cause(">ANY", "`<keyword>` takes its condition in parentheses", "write <keyword> (<arguments>) { … }",
          of=CONDITIONS, inside="block", fix=(Change("(", name="first"), Change(")", name="head"))),
    Cause(">ANY", "`<keyword>` takes what it goes through in parentheses",
          "write <keyword> (…) { each as $item { … } }", of="foreach for", inside="block"),
    Cause("^ case >ANY", "`case` takes its value in parentheses", "write case (<arguments>) { … }", inside="block"),
    Cause("^ >BEGIN|LBLOCK", "a document begins with its kind", 'write e.g. function "name" { … }', inside="document"),
    Cause("^ WORD >NUMBER", "`<-1>` takes its values in braces", "write <-1> { … }", inside="block"),
    Cause("^ >BEGIN", "this value has no name", "write value = <entry>", inside="block", owner=TAKING),
    Cause("^ >BEGIN|LBLOCK", "`<0>` begins no statement", "a statement is written name { attribute = value }",
          inside="block"),
)  # fmt: skip

VALUES: Final = (
    Cause("EQ|COLON|LPAR|LCOND|LSQUARE >SPREAD", "`...` stands for what was left out", "write the value"),
    Cause("ATTR EQ >EQ", "one `=` is enough", "write <-2> = <rest>", mark=(-1, 0), fix=(Change(""),)),
    Cause("ATTR EQ conditional|switch >LBLOCK", "`<-1>` gives no value",
          "write … ? … : …, or set a variable in each branch", mark=(-1, -1)),
    Cause("ATTR EQ STATEMENT >STRING|LBLOCK", "`<-1>` is a statement, no value",
          "write it on its own, <-1> … { … } as $result, and use $result here", mark=(-1, -1)),
    Cause("ATTR EQ >STOP", "`<-2>` has no value", "write <-2> = null, or leave it out", mark=(-2, -1)),
    Cause("EQ|COLON WORD >COLON", "this text has no quotes", 'write "<glued>"', mark=(-1, 0)),
    Cause("BTICK WORD >BEGIN|ETICK|BANG|SEP", "backticks hold an expression, no text",
          'write a text in quotes, e.g. "Hello " ~ $name', inside="backtick", mark="entry"),
    Cause('"" >STRING', "a text over several lines begins on a line of its own",
          'write """, a line break, the text, and """ on the last line', mark=(-1, 0)),
    Cause("NUMBER >WORD", "`<-1><0>` is no number", "write digits with at most one point, or a text in quotes",
          mark=(-1, 0), glued=True),
    Cause("ATTR EQ WORD >WORD|NUMBER|BANG|VAR|STRING", "this text has no quotes", 'write <-3> = "<value>"',
          mark="value"),
    Cause(">STOP", "`? :` lacks its second value", "write … ? … : null", waiting="QUESTION",
          mark=(-1, -1)),
    Cause("LPAR|LCOND >RPAR|RCOND", "the parentheses are empty", "write a value or a condition into them",
          mark=(-1, 0)),
    Cause("LSQUARE >RSQUARE", "the brackets are empty", "write a position, e.g. [0]; add to a list with `array.push`",
          inside="index", mark=(-1, 0)),
    Cause("if >LPAR|LCOND", "`if` gives no value", "write condition ? value : other", mark=(-1, -1)),
    CALL,
    Cause("STRING >WORD|NUMBER", "the text ends before `<0>`", 'write \\" for a quote within a text',
          inside="group index backtick block object", mark=(-1, 0), glued=True),
    Cause("FINISH >BEGIN", "an operator is missing before `<0>`", "write <-1> ~ <0> to join texts",
          inside="group index backtick block object", mark=(-1, 0)),
    Cause("BEFORE >MEMBER", "nothing stands before `<0>`", "write <whole>"),
    Cause(">COMMA", "a comma separates nothing here", "write [a, b] for a list", inside="group index backtick"),
)  # fmt: skip

CAUSES: Final = (*JUNK, *OPERATORS, *FILTERS, *OBJECTS, *FIELDS, *STATEMENTS, *VALUES)
"""Every mistake that is known by name; the first one that fits is meant."""

"""Whether a block is written the way its statement demands: heads, attributes and inner blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from xsrun.compile.calls import admitted, missing_attribute, surplus_heads, without_equals
from xsrun.compile.context import Context
from xsrun.compile.layout import filled
from xsrun.compile.names import DISCOURAGED, RESERVED, root_name
from xsrun.diagnostics import Edit, around
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.lexer import CONDITION_WORDS

NAMELESS: Final = RESERVED | DISCOURAGED | {"", "$", "parent"}
"""Variables that no statement has to set."""
MISNOMERS: Final = {
    "elif": "elseif", "elsif": "elseif", "elseIf": "elseif", "else_if": "elseif", "otherwise": "default",
    "except": "catch", "rescue": "catch", "ensure": "finally", "when": "case",
}  # fmt: skip
"""Inner blocks of other languages, and the one to write."""


class Shape(Protocol):
    """What a statement consists of."""

    @property
    def head(self) -> str:
        """How its head is written, ``""`` when it has none."""

    @property
    def required(self) -> tuple[str, ...]:
        """Attributes it must have."""

    @property
    def optional(self) -> tuple[str, ...]:
        """Attributes it may have."""

    @property
    def instead(self) -> Mapping[str, str]:
        """What to write for attributes that people take it to have."""

    @property
    def blocks(self) -> tuple[str, ...]:
        """Blocks it consists of; ``*`` for statements of any kind."""

    @property
    def repeated(self) -> tuple[str, ...]:
        """Attributes that it may have several times."""


def check(context: Context, block: tree.Block, known: Shape) -> None:
    """Report attributes and blocks that a statement does not have, and required ones that are missing."""
    names = known.required + known.optional
    seen: set[str] = set()
    for entry in block.body or ():
        if isinstance(entry, tree.Attribute):
            admitted(context, block, entry, names, seen, known.instead)
            seen -= {*known.repeated}
        elif isinstance(entry, tree.Block):
            _check_inner(context, block, entry, known)
    for name in known.required:
        if name not in seen and not (name in known.repeated and block.attribute(name)):
            missing_attribute(context, block, block.keyword, name, known.instead)
    if not known.head:
        surplus_heads(context, block, "")
    _nothing_behind(context, block, known)


def _nothing_behind(context: Context, block: tree.Block, known: Shape) -> None:
    """Report a text behind the parentheses of a head."""
    surplus = next((each for each in block.heads[1:] if isinstance(each, tree.Literal)), None)
    if surplus is None or not isinstance(block.heads[0], tree.Argument | tree.Condition):
        return
    first = block.heads[0]
    given, text = Span(context.source, first.start, first.end).text, context.span(surplus).text
    error = "error" in known.optional and block.body is None
    context.error(
        "syntax",
        f"`{block.keyword}` takes no text behind its parentheses",
        surplus,
        help=f"write {block.keyword} {given} {{ error = {text} }}" if error else "remove it",
        edits=around(context.span(surplus), "{ error = ", " }") if error else (),
    )


def _may_hold(block: tree.Block, entry: tree.Block, known: Shape) -> bool:
    """Whether a block may stand there, or its place is a consequence of a missing block around it."""
    if known.blocks == ("*",) or entry.keyword in known.blocks:
        return True
    return len(known.blocks) == 1 and block.block(known.blocks[0]) is None


def _check_inner(context: Context, block: tree.Block, entry: tree.Block, known: Shape) -> None:
    """Report a block that does not belong into another one."""
    if _may_hold(block, entry, known) or without_equals(context, entry, known.required + known.optional):
        return
    right = MISNOMERS.get(entry.keyword, "")
    if right in known.blocks:
        span = entry.head_span(context.source)
        message = f"`{block.keyword}` has no `{entry.keyword}`"
        context.error("misplaced", message, span, f"write `{right}`", edits=[Edit(span, right)])
        return
    inner = known.blocks[0] if len(known.blocks) == 1 else ""
    shown = ", ".join(f"`{name}`" for name in known.blocks) or "attributes"
    context.error(
        "misplaced",
        f"`{entry.keyword}` cannot stand directly in `{block.keyword}`",
        entry.head_span(context.source),
        help=f"put it into `{inner} {{ … }}`" if inner else f"`{block.keyword}` consists of {shown}",
    )


def parenthesised(context: Context, block: tree.Block) -> tree.Node | None:
    """The expression in the head; its absence is reported."""
    for head in block.heads:
        if isinstance(head, tree.Argument | tree.Condition) and head.value is not None:
            return head.value
    bare = next((head for head in block.heads if isinstance(head, tree.Expr)), None)
    if bare is None:
        shown = f"write {block.keyword} (…) {{ … }}"
        context.missing("missing-head", f"`{block.keyword}` needs an expression in parentheses", block, shown)
        return None
    context.error(
        "missing-head",
        f"`{block.keyword}` takes its {'condition' if block.keyword in CONDITION_WORDS else 'value'} in parentheses",
        bare,
        help=f"write {block.keyword} ({context.span(bare).text}) {{ … }}",
        edits=around(context.span(bare), "(", ")") if len(block.heads) == 1 else (),
    )
    return bare


def loop(context: Context, block: tree.Block) -> tuple[tree.Block, tree.Node | None]:
    """The ``each`` of a loop and what it goes through, None when that cannot be told.

    What is missing is reported; then the loop itself stands in for its ``each``.
    """
    heads = [head.value if isinstance(head, tree.Argument) else head for head in block.heads]
    element, over = _element_in_head(heads)
    each = block.block("each")
    if element is not None and over is not None:
        named = f"each as ${context.span(element).text.lstrip('$')}"
        context.error(
            "syntax",
            f"`{block.keyword}` names its element in `each`",
            Span(context.source, block.heads[0].start, block.heads[-1].end),
            help=f"write {block.keyword} ({context.span(over).text}) {{ {named} {{ … }} }}",
            edits=[*_bare_head(context, block, over), *_each_named(context, block, each, named)]
            if isinstance(element, tree.Variable)
            else (),
        )
    elif each is None:
        each = _missing_each(context, block)
    if each is None:
        _assume_all(context, block)
    return each or block, over or parenthesised(context, block)


def _missing_each(context: Context, block: tree.Block) -> tree.Block | None:
    """Report a loop without ``each``. Gives back the ``stack`` that stands in its place, if one does."""
    name = "" if block.keyword == "while" else _element_name(context, block)
    written = "each" if block.keyword == "while" else f"each as ${name or 'item'}"
    certain = block.keyword == "while" or bool(name)
    message = f"the body of `{block.keyword}` stands in `each`"
    stack = block.block("stack") if len(block.body or ()) == 1 else None
    if stack is None:
        edits = filled(context.source, block, written) if certain else ()
        shown = f"write {written} {{ … }} around its statements"
        context.missing("missing-each", message, block, shown, edits)
        return None
    _assume_all(context, block)
    place = stack.head_span(context.source)
    edits = (Edit(place, written),) if certain else ()
    context.error("missing-each", message, place, f"write {written} in place of `stack`", edits=edits)
    return stack


def _element_name(context: Context, block: tree.Block) -> str:
    """The name that the body of a loop calls its element by; ``""`` when that cannot be told."""
    names = context.names
    read = {node.name for entry in block.body or () for node in entry.walk() if isinstance(node, tree.Variable)}
    named = filter(str.isidentifier, read - NAMELESS)
    unset = {name for name in named if name in names.assumed or name not in names.declared}
    if len(unset) == 1:
        return unset.pop()
    return "item" if not unset and "item" not in names.declared else ""


def _bare_head(context: Context, block: tree.Block, over: tree.Node) -> list[Edit]:
    """``foreach ($item in $list)`` without its element."""
    head = Span(context.source, block.heads[0].start, block.heads[-1].end)
    if isinstance(block.heads[0], tree.Argument):
        return [Edit(Span(head.source, head.start + 1, over.start), "")]
    return [Edit(Span(head.source, head.start, over.start), "("), Edit(Span(head.source, over.end, over.end), ")")]


def _each_named(context: Context, block: tree.Block, each: tree.Block | None, named: str) -> Iterable[Edit]:
    """``each as $item`` in a loop whose head names the element."""
    if each is None:
        return filled(context.source, block, named)
    return () if each.binding else (Edit(each.head_span(context.source), named),)


def _element_in_head(heads: list[tree.Node | None]) -> tuple[tree.Node | None, tree.Node | None]:
    """``$item`` and ``$list`` of ``foreach ($item in $list)`` and ``foreach $item in $list``."""
    if len(heads) == 1 and isinstance(heads[0], tree.Operation) and heads[0].operator == "in":
        return heads[0].left, heads[0].right
    if len(heads) == 3 and isinstance(heads[1], tree.Word) and heads[1].name == "in":
        element, over = heads[0], heads[2]
        return (element, over) if isinstance(element, tree.Expr) and isinstance(over, tree.Expr) else (None, None)
    return None, None


def _assume_all(context: Context, block: tree.Block) -> None:
    """One of the variables in a loop without ``each`` is its element; which one is not known."""
    for node in block.walk():
        if isinstance(node, tree.Variable):
            context.names.assume(node.name)


def branches_in_order(context: Context, block: tree.Block, branches: list[tree.Block]) -> None:
    """Report a ``conditional`` whose branches are not ``if``, any ``elseif``, one ``else``."""
    if not branches or branches[0].keyword != "if":
        context.missing(
            "syntax", "`conditional` begins with `if`", branches[0] if branches else block, "add if (…) { … }"
        )
    for at, branch in enumerate(branches):
        span = branch.head_span(context.source)
        if branch.keyword == "if" and at:
            context.error(
                "syntax", "a `conditional` has one `if`", span, help="write `elseif (…)` for a further condition"
            )
        if branch.keyword == "else" and branch.heads:
            words = [head for head in branch.heads if isinstance(head, tree.Word) and head.name == "if"]
            place = Span(context.source, span.start, words[0].end if words else span.end)
            context.error(
                "syntax",
                "`else` takes no condition",
                place,
                help="write `elseif (…)`, one word, for a further condition",
                label="expected `{`",
                edits=[Edit(place, "elseif")] if words else (),
            )
        elif branch.keyword == "else" and at < len(branches) - 1:
            context.error("syntax", "`else` stands last", span, help="move it to the end")


def missing_callee(context: Context, block: tree.Block) -> None:
    """Report a call without the name of its function, or with the name in parentheses."""
    argument = next((head for head in block.heads if isinstance(head, tree.Argument)), None)
    if argument is None:
        named = block.attribute("name")
        name = context.span(named.value).text if named else '"name"'
        shown = f"write {block.keyword} {name} {{ … }}"
        context.missing("missing-name", f"`{block.keyword}` needs the name of a function", block, shown)
    elif argument.value is None or not tree.is_broken(argument.value):
        name = context.span(argument.value).text if argument.value else '"name"'
        context.error(
            "syntax",
            f"`{block.keyword}` takes no call parentheses",
            argument,
            help=f"write {block.keyword} {name} {{ input = {{…}} }} as $result",
        )


def without_variable(context: Context, catch: tree.Block | None) -> None:
    """Report ``catch ($e)``: the error always is ``$error``."""
    if catch is None or not catch.heads:
        return
    context.error(
        "syntax",
        "`catch` takes no variable",
        Span(context.source, catch.heads[0].start, catch.heads[-1].end),
        help="write catch { … }, and read `$error.message` in it",
    )
    for head in catch.heads:
        named = head.value if isinstance(head, tree.Argument) else head
        if named is not None and root_name(named):
            context.names.assume(root_name(named))

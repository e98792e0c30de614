"""A folder of ``.xs`` files as constructs by kind and name (constructs.md sections 1, 2 and 16)."""

from __future__ import annotations

import dataclasses
import os
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from xsrun.diagnostics import Diagnostic, Edit, Found, nearest
from xsrun.files import LeadsOut, content, real_path, replace, source_files
from xsrun.language import CONSTRUCTS, kinds
from xsrun.program import Call, Plan
from xsrun.source import Source, Span
from xsrun.syntax import tree
from xsrun.syntax.parser import Parsed, parse_documents
from xsrun.syntax.static import NotStatic, static_value

RUN_KINDS: Final = kinds("job")
STACK_KINDS: Final = kinds("stack")

NO_TEXTS: Final[Mapping[str, str]] = {}

MISNOMERS: Final = {
    "job": "run.job", "run": "run.job", "service": "run.service", "func": "function", "fn": "function",
    "def": "function", "endpoint": "query", "cron": "task",
}  # fmt: skip
"""Constructs of other languages, and the one to write."""

CONSTRUCT_HINT: Final = 'e.g. function "name" { … }'

CALL: Final = ("name", "input", "as")
"""What `main`, `pre` and `post` consist of."""

Clause = tree.Attribute | tree.Block

JOB_CLAUSES: Final = ("description", *CONSTRUCTS["run.job"].clauses, "guid", "tags", "docs")


class Construct(NamedTuple):
    """A declared construct: its kind, declared name and tree."""

    kind: str
    name: str
    block: tree.Block
    source: Source

    @property
    def span(self) -> Span:
        """The keyword of the declaration."""
        return self.block.head_span(self.source)


class Read(NamedTuple):
    """One text that was read: its documents and what is wrong with their syntax. Belongs to no folder yet."""

    source: Source
    parsed: list[Parsed]
    found: list[Diagnostic]


class Job(NamedTuple):
    """A declared job or service: what running it needs, and where it stands."""

    plan: Plan
    construct: Construct


class Folder:
    """Every construct of a folder (or of one text), with everything that was found wrong."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: list[str] = []
        """Where they were read from."""
        self.found = Found()
        self.sources: list[Source] = []
        """The texts that were read."""
        self.parsed: list[Parsed] = []
        self.constructs: list[Construct] = []
        self.jobs: dict[str, Job] = {}

    def named(self, kind: str) -> dict[str, Construct]:
        """The constructs of a kind by declared name; the first of two namesakes counts."""
        result: dict[str, Construct] = {}
        for each in self.constructs:
            if each.kind == kind:
                result.setdefault(each.name, each)
        return result

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was found, in the order of files and places, nothing twice.

        What only a file that was not understood may hold is not called missing.
        """
        told = dict.fromkeys(self.found.items)
        known = {each.source.path for each in self.constructs}
        faulty = {each.span.source.path for each in self.found.items if each.span and each.severity == "error"}
        unread = faulty - known
        return sorted((each for each in told if not (unread and each.code.startswith("unresolved-"))), key=_place)


def _place(found: Diagnostic) -> tuple[str, int]:
    return (found.span.source.name, found.span.start) if found.span else ("", 0)


def load_folder(path: str, files: Iterable[str] | None = None, texts: Mapping[str, str] = NO_TEXTS) -> Folder:
    """Read a folder, or the one file that was named; of a folder only these files where some are given.

    What cannot be read is reported. ``texts`` stand in place of what files hold, by their real path.
    """
    folder = Folder(path)
    folder.files = list(source_files(path) if files is None else files)
    for file in folder.files:
        name = os.path.basename(os.path.abspath(file)) if file == path else os.path.relpath(file, path)
        real = real_path(file) if texts else ""
        source = Source(name, texts[real], real) if real in texts else read_source(file, name, folder.found, path)
        if source is not None:
            _add_documents(folder, read(source))
    _link(folder)
    return folder


def load_text(text: str, name: str) -> Folder:
    """Read one text of one or more documents."""
    return folder_of("", [read(Source(name, text))])


def folder_of(path: str, texts: Iterable[Read]) -> Folder:
    """A folder of texts that were read before; reading is most of the work, and a text may be used again."""
    folder = Folder(path)
    for each in texts:
        _add_documents(folder, each)
    _link(folder)
    return folder


def read(source: Source) -> Read:
    """The documents of a text, with what is wrong with their syntax."""
    found = Found()
    return Read(source, parse_documents(source, found), found.items)


def read_source(file: str, name: str, found: Found, project: str = "") -> Source | None:
    """A file as a source; None, reported, when it cannot be read or its bytes are no UTF-8.

    It is not read either when it lies outside of the folder of its project. Of a folder out there nothing is known to
    belong here, so that is a warning.
    """
    path = real_path(file)
    try:
        data = content(file, project)
    except OSError as error:
        message, place = f"{name} cannot be read: {error.strerror}", Span(Source(name, "", path), 0, 0)
        strays = isinstance(error, LeadsOut)
        report = found.warn if strays and not name.endswith(".xs") else found.error
        help = "put what it leads to in its place" if strays else "mend it or take it away"
        report("unreadable", message, place, help=help)
        return None
    try:
        return Source(name, data.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        source = Source(name, before + "\n", path)
        found.error(
            "encoding",
            f"byte 0x{data[error.start]:02x} is no UTF-8",
            Span(source, len(before), len(before)),
            help="save the file as UTF-8",
        )
        return None


def write_source(source: Source, text: str) -> None:
    """Let the file of a source hold another text, whole or not at all; its mode and byte order mark stay.

    Raises OSError, also when the file has changed since it was read.
    """
    data = content(source.path)
    if data.decode("utf-8-sig", "replace") != source.text:
        raise OSError(0, "it was changed in the meantime")
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    replace(source.path, mark + text.encode("utf-8"))


def _add_documents(folder: Folder, text: Read) -> None:
    source = text.source
    folder.sources.append(source)
    folder.found.items += text.found
    for parsed in text.parsed:
        folder.parsed.append(parsed)
        blocks = [entry for entry in parsed.document.entries if isinstance(entry, tree.Block)]
        for entry in parsed.document.entries:
            if not isinstance(entry, tree.Block):
                folder.found.error("syntax", "a file holds constructs", entry.span(source), CONSTRUCT_HINT)
        for at, block in enumerate(blocks):
            if at:
                folder.found.warn(
                    "two-constructs",
                    "a second construct in one document",
                    block.head_span(source),
                    help="put a line of `---` between them, or use a file each",
                )
            _add_construct(folder, block, source)


def _add_construct(folder: Folder, block: tree.Block, source: Source) -> None:
    found = folder.found
    if block.keyword not in CONSTRUCTS:
        near = MISNOMERS.get(block.keyword) or nearest(block.keyword, CONSTRUCTS)
        clause = block.keyword in ("input", "stack", "response")
        found.error(
            "unknown-construct",
            f"`{block.keyword}` stands outside a construct" if clause else f"there is no construct `{block.keyword}`",
            block.head_span(source),
            help=CONSTRUCT_HINT if clause or not near else f"did you mean `{near}`?",
        )
        return
    construct = Construct(block.keyword, block.name, block, source)
    for head in block.heads:
        if isinstance(head, tree.Argument | tree.Condition) and not tree.is_broken(head):
            found.error(
                "syntax",
                f"`{block.keyword}` takes no parentheses",
                head.span(source),
                help="declare its inputs in input { … }, one a line: type and name",
            )
    misplaced = block.keyword in RUN_KINDS and block.attribute("name")
    if not construct.name and not block.broken and not misplaced and block.keyword not in ("workspace", "branch"):
        found.error(
            "missing-name",
            f"`{block.keyword}` needs a name",
            construct.span,
            help=f'write {block.keyword} "name" {{ … }}',
        )
    folder.constructs.append(construct)


def _link(folder: Folder) -> None:
    """Duplicate names, and the jobs with the functions they call."""
    seen: dict[tuple[str, ...], Construct] = {}
    for each in folder.constructs:
        key = _identity(each)
        if key in seen and each.name:
            folder.found.error(
                "duplicate-name",
                f"two {each.kind}s are called `{each.name}`",
                each.span,
                help=f"the other one stands at {seen[key].span.place}; rename one of them",
            )
        seen.setdefault(key, each)
        if each.kind in RUN_KINDS:
            job = _job(folder, each)
            folder.jobs.setdefault(job.plan.name, job)


def _identity(construct: Construct) -> tuple[str, ...]:
    if construct.kind in RUN_KINDS:
        return ("run", construct.name)
    if construct.kind == "query":
        verb = next((h.value for h in construct.block.heads if isinstance(h, tree.Attribute)), None)
        group = construct.block.attribute("api_group")
        shown = [
            str(getattr(each, "name", getattr(each, "value", ""))) for each in (verb, group and group.value) if each
        ]
        return ("query", construct.name, *shown)
    if construct.kind == "realtime_trigger":  # a channel may have several of one name, as exports do
        return (construct.kind, construct.span.place)
    return (construct.kind, construct.name)


# ------------------------------------------------------------------ run.job


def clause_name(entry: Clause) -> str:
    """What a clause is called."""
    return entry.name if isinstance(entry, tree.Attribute) else entry.keyword


def report_repeated(found: Found, construct: Construct, clauses: Iterable[str]) -> None:
    """Report each of these clauses that stands in a construct a second time."""
    seen: set[str] = set()
    for entry in construct.block.body or ():
        if not isinstance(entry, Clause) or entry.disabled or clause_name(entry) not in clauses:
            continue
        name = clause_name(entry)
        if name in seen:
            end = entry.name_end if isinstance(entry, tree.Attribute) else entry.start + len(name)
            span = Span(construct.source, entry.start, end)
            found.error("duplicate-attribute", f"`{name}` is given twice", span, "keep one of the two")
        seen.add(name)


def _job(folder: Folder, construct: Construct) -> Job:
    block, found = construct.block, folder.found
    for entry in block.body or ():
        _check_clause(folder, construct, entry)
    report_repeated(found, construct, JOB_CLAUSES)
    calls = {name: _call(folder, construct, name) for name in ("main", "pre", "post")}
    unread = block.attribute("main") or block.block("main") or block.broken
    if calls["main"] is None and not unread and construct.kind == "run.job":
        found.error(
            "missing-main",
            "run.job requires `main`",
            construct.span,
            help='add main = {name: "the function to run"}',
        )
    description = block.attribute("description")
    text = description.value.value if description and isinstance(description.value, tree.Literal) else ""
    plan = Plan(
        construct.name, construct.kind, calls["main"], calls["pre"], calls["post"], _env(folder, construct), str(text)
    )
    return Job(plan, construct)


def _check_clause(folder: Folder, construct: Construct, entry: tree.Node) -> None:
    found, source = folder.found, construct.source
    if isinstance(entry, tree.Block):
        if entry.keyword in ("stack", "input", "response"):
            found.error(
                "run-job-clause",
                f"`{construct.kind}` has no `{entry.keyword}`",
                entry.head_span(source),
                help="move the statements into a function and name it in `main`",
            )
        elif entry.keyword in JOB_CLAUSES:
            found.error(
                "missing-equals",
                f"expected `=` behind `{entry.keyword}`",
                entry.head_span(source),
                help=f"write {entry.keyword} = {{ … }}",
                edits=[Edit(Span(source, entry.start + len(entry.keyword), entry.start + len(entry.keyword)), " =")],
            )
        elif not nearest(entry.keyword, JOB_CLAUSES):
            found.error(
                "run-job-clause",
                f"`{construct.kind}` holds no statements",
                entry.head_span(source),
                help=f"move `{entry.keyword}` into a function and name that in `main`",
            )
        else:
            _unknown_clause(folder, construct, entry.keyword, entry.head_span(source))
    elif isinstance(entry, tree.Attribute) and entry.name == "name":
        found.error(
            "run-job-clause",
            f"the name of a job stands behind `{construct.kind}`",
            Span(source, entry.start, entry.name_end),
            help=f"write {construct.kind} {entry.value.span(source).text} {{ … }}",
        )
    elif isinstance(entry, tree.Attribute) and entry.name not in JOB_CLAUSES:
        if entry.name in ("response", "input"):
            found.error(
                "run-job-clause",
                f"`{construct.kind}` has no `{entry.name}`",
                entry.span(source),
                help="move it into a function and name that in `main`",
            )
        else:
            _unknown_clause(folder, construct, entry.name, Span(source, entry.start, entry.name_end))


def _unknown_clause(folder: Folder, construct: Construct, name: str, span: Span) -> None:
    near = nearest(name, JOB_CLAUSES)
    folder.found.error(
        "unknown-clause",
        f"`{construct.kind}` has no clause `{name}`",
        span,
        help=f"did you mean `{near}`?" if near else f"it takes {', '.join(JOB_CLAUSES[:5])}",
    )


def _call(folder: Folder, construct: Construct, clause: str) -> Call | None:
    entry = construct.block.attribute(clause)
    if entry is None or tree.is_broken(entry):
        return None
    found, source = folder.found, construct.source
    if not isinstance(entry.value, tree.ObjectLiteral):
        found.error("bad-clause", f"`{clause}` is an object", entry.span(source), f'write {clause} = {{name: "…"}}')
        return None
    parts = {pair.key: pair for pair in entry.value.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
    for key, pair in parts.items():
        if key not in CALL:
            near = nearest(key, CALL)
            shown = f"did you mean `{near}`?" if near else "it takes name, input and as"
            found.error("unknown-clause", f"`{clause}` has no `{key}`", pair.span(source), shown)
    name = _text_of(parts.get("name"))
    if not name:
        found.error("missing-name", f"`{clause}` needs the name of a function", entry.span(source), 'add name: "…"')
        return None
    if name not in folder.named("function"):
        near = nearest(name, folder.named("function"))
        found.error(
            "unresolved-function",
            f"`{clause}` names the function `{name}`, which is not here",
            parts["name"].value.span(source),
            help=f'did you mean "{near}"?' if near else "add the file that declares it",
        )
    return Call(name, _constants(folder, construct, parts.get("input")), _text_of(parts.get("as")) or clause)


def _text_of(pair: tree.Pair | None) -> str:
    if pair is None:
        return ""
    if isinstance(pair.value, tree.Literal) and isinstance(pair.value.value, str):
        return pair.value.value
    return pair.value.name if isinstance(pair.value, tree.Word) else ""


def _constants(folder: Folder, construct: Construct, pair: tree.Pair | None) -> dict[str, Any]:
    if pair is None:
        return {}
    if not isinstance(pair.value, tree.ObjectLiteral):
        shown = "write input: {key: value}"
        folder.found.error("bad-clause", "`input` is an object", pair.span(construct.source), shown)
        return {}
    constants: dict[str, Any] = {}
    for each in pair.value.pairs:
        try:
            constants |= static_value(dataclasses.replace(pair.value, pairs=[each]))
        except NotStatic as fault:
            folder.found.error(
                "run-input-not-constant",
                "the input of a job holds constants only",
                fault.node.span(construct.source),
                help="read `$env.NAME` inside the function, or pass the value with --input",
            )
    return constants


def _env(folder: Folder, construct: Construct) -> tuple[str, ...]:
    entry = construct.block.attribute("env")
    if entry is None or tree.is_broken(entry):
        return ()
    found, source = folder.found, construct.source
    names: list[str] = []
    items = entry.value.items if isinstance(entry.value, tree.ListLiteral) else None
    for item in items if items is not None else [entry.value]:
        if items is None or not isinstance(item, tree.Literal) or not isinstance(item.value, str):
            found.error(
                "bad-env", "`env` is a list of names in quotes", item.span(source), help='write env = ["API_KEY"]'
            )
        elif item.value.startswith("$env."):
            name = item.value.removeprefix("$env.")
            found.error(
                "bad-env", "`env` holds names without `$env.`", item.span(source), help=f'write "{name}"',
                edits=[Edit(item.span(source), f'"{name}"')],
            )  # fmt: skip
            names.append(name)
        elif item.value in names:
            found.warn("duplicate-env", f"`{item.value}` stands twice in `env`", item.span(source))
        else:
            names.append(item.value)
    return tuple(names)

"""A folder to one Python module: every function a ``def``, one namespace for all.

The result holds nothing but plain values, so that it can be stored and loaded without the front end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any, Final, NamedTuple

from xsrun.builtins.catalogue import registry
from xsrun.compile import proofs
from xsrun.compile import python as py
from xsrun.compile.attached import with_surroundings
from xsrun.compile.callees import Signature, callees, standard_inputs
from xsrun.compile.context import Context, Findings, Mocking
from xsrun.compile.endpoints import read_endpoints
from xsrun.compile.fields import Fields
from xsrun.compile.hosts import hosts
from xsrun.compile.infer import Ignorance, Inference
from xsrun.compile.marks import NO_MARKS, Mark, Marks
from xsrun.compile.names import Names, root_name
from xsrun.compile.portability import Portability
from xsrun.compile.reach import ends
from xsrun.compile.remembered import remember_lists
from xsrun.compile.statements import Statements
from xsrun.compile.tables import read_tables, read_triggers
from xsrun.compile.taint import Taints
from xsrun.compile.tasks import read_tasks
from xsrun.compile.tests import PART, RESULT, Tests, UnitTest, WorkflowTest
from xsrun.compile.types import ANY, LIST, NOTHING, Type, bounded, of_field
from xsrun.diagnostics import Found, nearest
from xsrun.language import CONSTRUCTS, EVERYWHERE
from xsrun.program import Call, Program, Routine, code_name, function_name
from xsrun.project import STACK_KINDS, Clause, Construct, Folder, Job, clause_name, report_repeated
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.types.fields import ABSENT, Field
from xsrun.types.table import TYPES

RESULT_ROUNDS: Final = 5
"""Passes over all functions before their results count as unknown."""


def compile_folder(folder: Folder, inference: bool = True, counted: bool = True) -> Program:
    """Compile every construct with a stack; what is wrong goes to the folder's findings.

    Without ``inference`` the code is general throughout, slower, and gives the same results. Loops that are not
    ``counted`` know no limit: only for programs that are known to end, to measure what counting costs.
    """
    return _Compiler(folder, inference, counted).compile().program


def compile_tests(folder: Folder) -> Compiled:
    """The same for tests, and the tests: mocks take effect, and every test has routines of its own.

    Nothing is inferred, since a mock may put any value anywhere.
    """
    return _Compiler(folder, inference=False, testing=True).compile()


class Changed(NamedTuple):
    """What takes the place of one routine of a program."""

    code: CodeType
    fields: tuple[Field, ...]
    imports: dict[str, Callable[..., Any]]


class Compiled(NamedTuple):
    """A program with its tests."""

    program: Program
    tests: tuple[UnitTest | WorkflowTest, ...]
    marks: tuple[Mark, ...]
    """What the numbers mean that the program notes while it runs."""
    changed: Callable[[int, Construct], Changed | None]
    """Compiles another text of the construct with a number; None when something is wrong with it."""


class _Compiler:
    def __init__(self, folder: Folder, inference: bool, counted: bool = True, testing: bool = False) -> None:
        self.folder = folder
        self.found = folder.found
        self.inference = Inference if inference else Ignorance
        self.counted = counted
        self.testing = testing
        self.sources = folder.sources
        self.jobs = folder.jobs
        self.tables = folder.named("table")
        self.imports: dict[str, Callable[..., Any]] = {}
        self.env_read: dict[str, list[str]] = {}
        self.marks = Marks() if testing else NO_MARKS

    def compile(self) -> Compiled:
        for parsed in self.folder.parsed:
            Portability(parsed.source, self.found).check(parsed.document, parsed.comments, registry())
        stacks = [each for each in self.folder.constructs if each.kind in STACK_KINDS]
        tests = self._tests(stacks)
        stacks += tests.parts
        self.rows = read_tables(self.tables, self.found)
        fields = [inputs_of(each, self.found, self.tables) for each in stacks]
        self.signatures = with_surroundings(self.folder, callees(stacks, fields), self.found)
        all_names = [_names(each, fields[number]) for number, each in enumerate(stacks)]
        inferred = self._infer(stacks, fields, all_names)
        self.taints = Taints(stacks, fields, self.signatures, registry())
        routines: list[Routine] = []
        bodies: dict[int, list[ast.stmt]] = {}
        for number, each in enumerate(stacks):
            self._check_clauses(each)
            if each.kind == "addon":
                self._check_addon(each)
            names = all_names[number]
            source = self.sources.index(each.source)
            try:
                made, context = self._function(number, each, names, inferred[number], fields[number])
            except RecursionError:
                self._too_complex(each.span)
            else:
                if each.kind == PART and not self.testing:
                    continue  # it was compiled for what may be wrong with it
                self._note(context)
                bodies.setdefault(source, []).append(made)
            shown = {local: f"$input.{name}" for name, local in names.inputs.items()}
            shown |= {local: f"${name}" for name, local in names.declared.items()}
            routines.append(Routine(number, each.kind, each.name, fields[number], shown, source, each.span.line))
        self._check_env()
        self._check_job_inputs(self.signatures.get("function", {}))
        program = Program(
            self._modules(bodies),
            tuple(routines),
            tuple((name, each.__module__, each.__qualname__) for name, each in self.imports.items()),
            tuple(self.sources),
            {name: tuple(places) for name, places in self.env_read.items()},
            {name: job.plan for name, job in self.jobs.items()},
            hosts(self.folder),
            tuple(self.rows.values()),
            read_endpoints(self.folder, self.signatures, self.found),
            tuple(read_triggers(enumerate(stacks), self.rows, self.found)),
            read_tasks(self.folder, self.signatures, self.found),
        )
        return Compiled(program, tuple(tests.tests), self.marks.places, self._changed)

    def _tests(self, stacks: list[Construct]) -> Tests:
        """The tests of all constructs, whose names the mocks of statements may use."""
        tests = Tests(len(stacks), self.found)
        for number, each in enumerate(stacks):
            if each.kind == "workflow_test" or "test" in CONSTRUCTS[each.kind].clauses:
                tests.read(number, each)
        self.mocking = Mocking(frozenset(each.name for each in tests.tests), self.testing)
        return tests

    def _changed(self, number: int, construct: Construct) -> Changed | None:
        outer, self.found, marks, self.marks = self.found, Found(), self.marks, NO_MARKS
        try:
            fields = inputs_of(construct, self.found, self.tables)
            names = _names(construct, fields)
            inference = Ignorance({field.name: field_type(field) for field in fields}, registry(), {}, names)
            infer_types(inference, construct)
            made, context = self._function(number, construct, names, inference, fields)
            if any(each.severity == "error" for each in self.found.items):
                return None
            return Changed(_module([made], code_name(construct.source)), fields, context.imports)
        finally:
            self.found, self.marks = outer, marks

    def _note(self, context: Context) -> None:
        """What the code of a function needs."""
        self.imports |= context.imports
        for name, node in context.env_read.items():
            self.env_read.setdefault(name, []).append(context.span(node).place)

    def _infer(self, stacks: list[Construct], fields: list[tuple[Field, ...]], names: list[Names]) -> list[Inference]:
        """The types in every function; what they give back depends on one another, so until nothing changes."""
        results: dict[str, Type] = {each.name: NOTHING for each in stacks if each.kind == "function"}
        found: list[Inference] = []
        for _ in range(RESULT_ROUNDS):
            before = dict(results)
            found = []
            for number, each in enumerate(stacks):
                inputs = {field.name: field_type(field) for field in fields[number]}
                knowing = Ignorance if each.kind == PART else self.inference
                inference = knowing(inputs, registry(), results, names[number])
                try:
                    infer_types(inference, each)
                except RecursionError:  # compiling goes as deep, and reports it
                    inference = Ignorance(inputs, registry(), results, names[number])
                found.append(inference)
                if each.kind == "function":
                    signature = self.signatures["function"][each.name]
                    results[each.name] = ANY if signature.post or signature.cache else bounded(inference.returned)
            if results == before:
                return found
        results.update(dict.fromkeys(results, ANY))
        for number, each in enumerate(stacks):
            infer_types(found[number], each)
        return found

    def _modules(self, bodies: Mapping[int, list[ast.stmt]]) -> tuple[CodeType, ...]:
        """The code of every source; none when something is wrong, since such code may not even compile."""
        if any(each.severity == "error" for each in self.found.items):
            return ()
        made: list[CodeType] = []
        for number, body in bodies.items():
            source = self.sources[number]
            try:
                made.append(_module(body, code_name(source)))
            except (RecursionError, MemoryError):
                self._too_complex(Span(source, 0, 0))
        return tuple(made)

    def _too_complex(self, span: Span) -> None:
        self.found.error(
            "too-complex",
            "this is nested too deep to be compiled",
            span,
            help="split the expression into several steps",
        )

    def _check_addon(self, construct: Construct) -> None:
        """An addon consists of one query."""
        entries = _stack_of(construct)
        if [each.keyword for each in entries if isinstance(each, tree.Block) and not each.disabled] != ["db.query"]:
            message = f"the addon `{construct.name}` consists of one `db.query`"
            shown = "write stack { db.query table_name { … } }"
            self.found.error("addon-stack", message, construct.span, help=shown)

    def _check_clauses(self, construct: Construct) -> None:
        kind = CONSTRUCTS.get(construct.kind)
        if kind is None or not kind.clauses:
            return
        findings = Findings(construct.source, self.found)
        known = (*kind.clauses, *EVERYWHERE)
        for entry in construct.block.body or ():
            name = clause_name(entry) if isinstance(entry, Clause) else ""
            if name not in known:
                near = nearest(name, known)
                findings.error(
                    "unknown-clause", f"`{construct.kind}` has no clause `{name}`", entry,
                    help=f"did you mean `{near}`?" if near else "statements stand in `stack { … }`",
                )  # fmt: skip
        report_repeated(self.found, construct, [each for each in known if each != "test"])

    def _function(
        self,
        number: int,
        construct: Construct,
        names: Names,
        inference: Inference,
        fields: tuple[Field, ...],
    ) -> tuple[ast.FunctionDef, Context]:
        stack = construct.block.block("stack")
        known = registry()
        tracked = _updated(_stack_of(construct))
        context = Context(
            construct.source,
            self.found,
            names,
            known,
            self.signatures,
            tracked,
            inference,
            self.counted,
            construct.block,
            self.mocking,
            self.taints.derived,
            NO_MARKS if construct.kind in (PART, "workflow_test") else self.marks,
            self.rows,
        )
        statements = Statements(context)
        body = statements.body(stack)
        body += self._response(statements, construct)
        statements.updates.finish()
        prologue = _prologue(context, number, fields)
        for name, secrets in self.taints.changed_inputs(number).items():
            told = py.call("derived", py.load("rt"), py.constant(secrets), py.load(names.inputs[name]))
            prologue.append(py.expression(told))
        made = ast.FunctionDef(
            function_name(number), py.parameters("rt", "depth", *names.inputs.values()), [*prologue, *body], []
        )
        kinds = inference.variables
        lists = [names.local(each) for each in context.tracked if each in kinds and _maybe_list(kinds[each])]
        remember_lists(made, lists)
        return py.place(made, construct.source, construct.block), context

    def _response(self, statements: Statements, construct: Construct) -> list[ast.stmt]:
        entry = _response_of(construct)
        if entry is None:
            return [ast.Return(py.constant(None))]
        made, marks = ast.Return(statements.expressions.value(entry.value, strict=True)), statements.context.marks
        reached = [] if ends(construct.block.block("stack")) else marks.statement(entry.span(construct.source))
        return [py.place(each, construct.source, entry) for each in (*reached, made)]

    def _check_env(self) -> None:
        """Names that functions read and no job declares: on the platform they are null."""
        if not self.jobs:
            return
        declared = {name for job in self.jobs.values() for name in job.plan.env}
        for name, places in self.env_read.items():
            if name not in declared:
                job = next(iter(self.jobs.values()))
                self.found.warn(
                    "undeclared-env",
                    f"`$env.{name}` is read at {places[0]}, and no job declares it",
                    job.construct.span,
                    help=f'add "{name}" to `env`' if job.plan.env else f'add env = ["{name}"] to the job',
                )

    def _check_job_inputs(self, functions: Mapping[str, Signature]) -> None:
        """Inputs that a job gives and its function does not declare."""
        for job in self.jobs.values():
            for clause, call in (("main", job.plan.main), ("pre", job.plan.pre), ("post", job.plan.post)):
                if call is None or call.name not in functions:
                    continue
                self._check_constants(job, clause, call, functions[call.name])

    def _check_constants(self, job: Job, clause: str, call: Call, callee: Signature) -> None:
        source = job.construct.source
        given = _given_inputs(job.construct, clause)
        fields = {field.name: field for field in callee.fields}
        for name, value in call.input.items():
            if name in fields and name in given:
                proofs.of_constant(Findings(source, self.found), fields[name], value, given[name].value, call.name)
            elif name not in fields:
                near = nearest(name, fields)
                self.found.warn(
                    "unknown-input",
                    f"`{call.name}` has no input `{name}`; it is ignored",
                    given[name].span(source) if name in given else job.construct.span,
                    help=f"did you mean `{near}`?" if near else f"it takes {', '.join(fields) or 'none'}",
                )


def _names(construct: Construct, fields: tuple[Field, ...]) -> Names:
    names = Names((field.name for field in fields), [construct.block])
    if construct.kind == PART:
        names.expose(RESULT)
    return names


def inputs_of(construct: Construct, found: Found, tables: Mapping[str, Construct]) -> tuple[Field, ...]:
    """The inputs of a construct; what is wrong with them goes to ``found``."""
    declared = construct.block.block("input")
    if declared is None:
        return standard_inputs(construct.kind)
    return Fields(Findings(construct.source, found), tables).read(declared)


def _prologue(context: Context, number: int, fields: tuple[Field, ...]) -> list[ast.stmt]:
    """What a function begins with: its depth is looked at, secrets are told, variables have no value yet."""
    names = context.names
    deep = ast.Compare(py.load("depth"), [ast.Gt()], [py.attribute("rt", "deepest")])
    made: list[ast.stmt] = [py.if_(deep, [py.expression(py.call("too_deep", py.load("rt")))])]
    hidden = [field.name for field in fields if field.holds_sensitive and field.name in names.inputs]
    if hidden:
        given = ast.Dict([*map(py.constant, hidden)], [py.load(names.inputs[name]) for name in hidden])
        made.append(py.expression(py.call("conceal", py.load("rt"), py.constant(number), given)))
    unset = sorted(names.doubtful, key=names.local)
    made += [py.assign(names.local(name), py.load("UNSET")) for name in unset]
    tracked = sorted(context.tracked)
    return [*made, *(py.assign(names.bit(name), py.constant(False)) for name in tracked if name in names.declared)]


def infer_types(inference: Inference, construct: Construct) -> None:
    """Settle what the variables of a construct may hold."""
    response = _response_of(construct)
    inference.run(_stack_of(construct), response.value if response else None)


def _given_inputs(construct: Construct, clause: str) -> dict[str, tree.Pair]:
    """The constants that a job gives to one of its functions, where they stand."""
    call = construct.block.attribute(clause)
    pairs = call.value.pairs if call and isinstance(call.value, tree.ObjectLiteral) else []
    inputs = next((pair.value for pair in pairs if isinstance(pair, tree.Pair) and pair.key == "input"), None)
    given = inputs.pairs if isinstance(inputs, tree.ObjectLiteral) else []
    return {pair.key: pair for pair in given if isinstance(pair, tree.Pair) and not pair.disabled}


def _maybe_list(known: Type) -> bool:
    return known.may(LIST) and not known.only(LIST)


def field_type(field: Field) -> Type:
    """What a bound input may be."""
    if field.type not in TYPES:
        return ANY
    may_be_null = field.nullable or (field.optional and field.default is ABSENT) or TYPES[field.type].nullable
    return of_field(field.type, field.is_list, may_be_null)


def _response_of(construct: Construct) -> tree.Attribute | None:
    """``response = …``, or the older ``response { value = … }``."""
    older = construct.block.block("response")
    return construct.block.attribute("response") or (older.attribute("value") if older else None)


def _stack_of(construct: Construct) -> list[tree.Node]:
    stack = construct.block.block("stack")
    return list(stack.body or ()) if stack else []


def _updated(entries: Iterable[tree.Node]) -> set[str]:
    """The variables that statements below change in place."""
    known = registry().statements
    found: set[str] = set()
    for entry in entries:
        if not isinstance(entry, tree.Block):
            continue
        record = known.get(entry.keyword)
        changes = entry.keyword == "var.update" or (record is not None and record.target in ("update", "mutate"))
        mutates = record is not None and record.target == "mutate"
        places = [*(entry.heads if changes else ()), *([entry.binding.target] if entry.binding else ())]
        if entry.keyword in ("var", "var.update"):
            found |= _grown(entry)
        found |= {root_name(place) for place in places if mutates or isinstance(place, tree.Path)}
        found |= _updated(entry.body or ())
    return found - {""}


def _grown(block: tree.Block) -> set[str]:
    """The variable that an assignment changes with filters of its own value: it may be done in place."""
    value = block.attribute("value")
    if value is None or not isinstance(value.value, tree.Chain):
        return set()
    subject = value.value.subject
    return {subject.name} & {root_name(head) for head in block.heads} if isinstance(subject, tree.Variable) else set()


def _module(body: list[ast.stmt], name: str) -> CodeType:
    module = ast.Module(body, [])
    py.locate(module)
    return compile(module, name, "exec", dont_inherit=True)

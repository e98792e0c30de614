"""The options of ``execute`` and ``test``, once: read by the fast way in, by help and by completion."""

from __future__ import annotations

from xsrun.hints import Final
from xsrun.record import NamedTuple


class Option(NamedTuple):
    """One option. ``kind``: ``flag``, ``text`` (once), ``texts`` (repeatable), ``number``, ``whole`` or ``when``."""

    name: str
    flags: tuple[str, ...]
    kind: str
    metavar: str
    help: str
    panel: str


class Argument(NamedTuple):
    """A positional argument."""

    name: str
    help: str


WHEN: Final = ("auto", "always", "never")

PATH: Final = Argument(
    "path", "The job folder, its run.xs, a single file, or the address of one; the current folder when left out."
)

EXECUTE: Final = (
    Option("job", ("--job", "-j"), "text", "NAME", "Which job to run, by its declared name.", "What to run"),
    Option("file", ("--file", "-f"), "text", "PATH", "The same as PATH.", "What to run"),
    Option("stdin", ("--stdin", "-s"), "flag", "", "Run the documents on stdin; so does - as PATH.", "What to run"),
    Option(
        "input",
        ("--input", "-i", "-d"),
        "texts",
        "K=V",
        "One input: k=v text, k:=json any value, k@file the text of a file, or the file for inputs of type file; or "
        "several as a JSON object. Wins over main.input.",
        "Inputs",
    ),
    Option(
        "input_json",
        ("--input-json", "--args", "-a"),
        "text",
        "FILE",
        "All inputs as a JSON object, in a file or as it is; - is stdin.",
        "Inputs",
    ),
    Option("env", ("--env", "-e"), "texts", "K=V", "One environment variable; K alone passes it on.", "Environment"),
    Option(
        "env_file",
        ("--env-file",),
        "text",
        "FILE",
        "Read variables from a file, - is stdin; .env beside the job is read too.",
        "Environment",
    ),
    Option(
        "db",
        ("--db",),
        "text",
        "URL",
        "Where the rows of tables are: an SQLite file, postgresql://…, or :memory: for this run alone; "
        ".xsrun/data.sqlite of the project when left out.",
        "What to run",
    ),
    Option(
        "simulate",
        ("--simulate",),
        "flag",
        "",
        "Answer every provider that there is a simulator of; nothing is sent there.",
        "Network",
    ),
    Option(
        "map",
        ("--map",),
        "texts",
        "HOST=URL",
        "Send requests for a host elsewhere; HOST=mock:NAME to a simulator.",
        "Network",
    ),
    Option(
        "no_cache",
        ("--no-cache",),
        "flag",
        "",
        "Compile anew; neither use nor keep compiled code.",
        "What to run",
    ),
    Option(
        "dry_run",
        ("--dry-run",),
        "flag",
        "",
        "Show every request and send none; go on with the answer of a simulator or a usual one.",
        "Network",
    ),
    Option(
        "record", ("--record",), "text", "FILE", "Write requests and answers to a file, without secrets.", "Network"
    ),
    Option("replay", ("--replay",), "text", "FILE", "Take the answers from a recorded file; send nothing.", "Network"),
    Option(
        "retry",
        ("--retry",),
        "flag",
        "",
        "Send again what failed for a moment, where that is safe; xsrun.toml says it for hosts.",
        "Safety",
    ),
    Option(
        "key",
        ("--key",),
        "text",
        "KEY",
        "Name this run's writes, so that their provider does them once; auto: after job and input.",
        "Safety",
    ),
    Option("force", ("--force",), "flag", "", "Send also what a run with the same key has done already.", "Safety"),
    Option(
        "ephemeral",
        ("--ephemeral",),
        "flag",
        "",
        "Keep no journal of this run: it is not listed and cannot be resumed.",
        "Safety",
    ),
    Option(
        "durable",
        ("--durable",),
        "flag",
        "",
        "Do not start unless the journal can be written.",
        "Safety",
    ),
    Option(
        "allow_host",
        ("--allow-host",),
        "texts",
        "HOST",
        "Let secrets go to this host too, and requests in a private network; *.example.com for all below it.",
        "Safety",
    ),
    Option(
        "public_only",
        ("--public-only",),
        "flag",
        "",
        "Refuse private, loopback and link-local addresses: for input that comes from outside.",
        "Safety",
    ),
    Option(
        "queue",
        ("--queue",),
        "text",
        "NAME",
        "Put the run into a queue, for a worker to carry out; needs --engine.",
        "Queue",
    ),
    Option(
        "engine",
        ("--engine",),
        "text",
        "URL",
        "The database of queue and runs, postgresql://…; the variable XSRUN_ENGINE when left out.",
        "Queue",
    ),
    Option("priority", ("--priority",), "whole", "N", "Runs with a smaller one begin before; 0 if left out.", "Queue"),
    Option(
        "order_key",
        ("--order-key",),
        "text",
        "KEY",
        "Runs with the same key go one after the other, as they were put in.",
        "Queue",
    ),
    Option("delay", ("--delay",), "number", "SECONDS", "Let it begin after this time.", "Queue"),
    Option("id", ("--id",), "text", "ID", "The id of the run; a second one with it is the same run.", "Queue"),
    Option("wait", ("--wait",), "flag", "", "Wait for its end, and show its result.", "Queue"),
    Option("timeout", ("--timeout",), "number", "SECONDS", "Stop the run after this time.", "Limits"),
    Option(
        "limit",
        ("--limit",),
        "texts",
        "N|NAME=N",
        "Turns of all loops together, 100,000,000 when left out; or depth, items, characters, e.g. depth=50.",
        "Limits",
    ),
    Option("memory", ("--memory",), "whole", "MB", "Memory for values; 4,096 when left out.", "Limits"),
    Option("now", ("--now",), "text", "TIME", "The time the job sees, e.g. 2026-01-31T12:00:00Z.", "Determinism"),
    Option("seed", ("--seed",), "text", "TEXT", "Make uuids and random numbers repeatable.", "Determinism"),
    Option(
        "trace", ("--trace",), "flag", "", "Show every statement with its time and values, and every request.", "Output"
    ),
    Option(
        "output",
        ("--output", "-o"),
        "text",
        "FORM",
        "The end as the platform's client shows it: summary, json, or response.",
        "Output",
    ),
    Option("json", ("--json",), "flag", "", "Messages as JSON lines on stderr.", "Output"),
    Option("quiet", ("--quiet", "-q"), "flag", "", "No debug.log and no warnings; faults are still shown.", "Output"),
    Option("color", ("--color",), "when", "WHEN", "auto, always or never.", "Output"),
)

TEST: Final = (
    Option(
        "name", ("--name", "-k"), "text", "TEXT", "Only tests that have this in their name or subject.", "What to run"
    ),
    Option("unit", ("--unit",), "flag", "", "Only the test blocks of constructs.", "What to run"),
    Option("workflow", ("--workflow",), "flag", "", "Only workflow tests.", "What to run"),
    Option("cases", ("--cases",), "flag", "", "Only the cases beside jobs.", "What to run"),
    Option(
        "tag", ("--tag",), "texts", "TAG", "Only tests with this tag, or of a construct that has it.", "What to run"
    ),
    Option("obj_type", ("--obj-type",), "text", "KIND", "Only tests of functions, queries …: function.", "What to run"),
    Option("obj", ("--obj",), "text", "NAME", "Only tests of what has this name.", "What to run"),
    Option(
        "update",
        ("--update",),
        "flag",
        "",
        "Write what cases come to into their files, as what they expect; then run them.",
        "How to run",
    ),
    Option("failed", ("--failed",), "flag", "", "Only tests that failed the last time they ran.", "What to run"),
    Option("fail_fast", ("--fail-fast", "-x"), "flag", "", "Stop after the first failure.", "What to run"),
    Option(
        "jobs",
        ("--jobs", "-j", "--concurrency"),
        "whole",
        "N",
        "Run tests in N processes, in one when left out; mutants in one a core.",
        "How to run",
    ),
    Option("watch", ("--watch",), "flag", "", "Run them again when their files change, until Ctrl-C.", "How to run"),
    Option(
        "allow_network",
        ("--allow-network",),
        "flag",
        "",
        "Let test blocks and workflow tests send what they do not mock.",
        "How to run",
    ),
    Option("timeout", ("--timeout",), "number", "SECONDS", "End a test after this time; 10 when left out.", "Limits"),
    Option("json", ("--json",), "flag", "", "The outcomes as one JSON document on stdout.", "Output"),
    Option("schema", ("--schema",), "flag", "", "Only print the JSON Schema of files of cases, for editors.", "Output"),
    Option("junit", ("--junit",), "text", "FILE", "Write the outcomes to a file as JUnit XML, too.", "Output"),
    Option("github", ("--github",), "flag", "", "Annotate the failing lines in GitHub Actions, too.", "Output"),
    Option(
        "coverage",
        ("--coverage",),
        "flag",
        "",
        "Show the lines and branches that no test reached; with --json they stand in the document.",
        "Coverage",
    ),
    Option("coverage_lcov", ("--coverage-lcov",), "text", "FILE", "Write coverage to a file as lcov.", "Coverage"),
    Option("coverage_html", ("--coverage-html",), "text", "DIR", "Write coverage to a folder as pages.", "Coverage"),
    Option(
        "coverage_json",
        ("--coverage-json",),
        "text",
        "FILE",
        "Write coverage to a file as the JSON of coverage.py.",
        "Coverage",
    ),
    Option(
        "coverage_min",
        ("--coverage-min",),
        "number",
        "PERCENT",
        "Fail with exit code 5 when less of the lines and branches is reached.",
        "Coverage",
    ),
    Option(
        "mutate",
        ("--mutate",),
        "flag",
        "",
        "Put small faults into the source, one at a time, and show those that no test notices.",
        "Mutants",
    ),
    Option(
        "mutate_min",
        ("--mutate-min",),
        "number",
        "PERCENT",
        "Fail with exit code 5 when fewer of the mutants are noticed.",
        "Mutants",
    ),
    Option("durations", ("--durations",), "whole", "N", "Show the N slowest tests.", "Output"),
    Option("color", ("--color",), "when", "WHEN", "auto, always or never.", "Output"),
)

TORTURED: Final = frozenset({"job", "input", "env", "allow_host", "retry", "key"})
"""Options of ``execute`` that ``torture`` takes and passes on."""

TORTURE: Final = (
    *(option for option in EXECUTE if option.name in TORTURED),
    Option(
        "env_file",
        ("--env-file",),
        "text",
        "FILE",
        "Read variables from a file, - is stdin; those of the shell and .env beside the job are not used.",
        "Environment",
    ),
    Option(
        "only",
        ("--only",),
        "texts",
        "FAULT",
        "Only faults whose names begin so, e.g. 429 or kill.",
        "What to run",
    ),
    Option(
        "timeout", ("--timeout",), "number", "SECONDS", "A command that takes longer hangs; 30 when left out.", "Limits"
    ),
    Option("json", ("--json",), "flag", "", "Every trial as one JSON document on stdout.", "Output"),
    Option("color", ("--color",), "when", "WHEN", "auto, always or never.", "Output"),
)


ALERTED: Final = frozenset(
    {"env", "env_file", "simulate", "map", "no_cache", "dry_run", "retry", "ephemeral", "durable", "allow_host"}
    | {"public_only", "timeout", "limit", "memory", "now", "seed", "json", "quiet", "color"}
)
"""Options of ``execute`` that ``alert`` takes, for the run of every action."""

ALERT: Final = (
    Option("policy", ("--policy", "-p"), "text", "PATH", "The policy: a .rego or .xs file, or a folder.", "What to do"),
    Option("schema", ("--schema",), "text", "NAME", "The schema of the alert, where it does not say.", "What to do"),
    Option("strict", ("--strict",), "flag", "", "Refuse a policy that is not quite Rego.", "What to do"),
    *(option for option in EXECUTE if option.name in ALERTED),
    Option(
        "dedup",
        ("--dedup",),
        "text",
        "id|finding",
        "What makes two alerts one: the id, when left out, or what was found, within a day.",
        "Safety",
    ),
    Option("key", ("--key",), "text", "KEY", "Name the alert, in place of its id or finding.", "Safety"),
    Option("force", ("--force",), "flag", "", "Do everything anew, also what is done already.", "Safety"),
)

ALERT_FILE: Final = Argument("path", "The file of an alert as JSON; standard input when left out, or -.")


class BadOption(Exception):
    """An option value that cannot be used; ``help`` is what to type instead."""

    code = "usage"

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class NotUnderstood(Exception):
    """The command line needs the full parser: for its help, its completion or its complaint."""


def run_options(**given: object) -> dict[str, object]:
    """The options of ``execute``: those that are given and not None, and of all others the defaults."""
    return defaults(EXECUTE) | {name: value for name, value in given.items() if value is not None}


def defaults(options: tuple[Option, ...]) -> dict[str, object]:
    """Options that nobody gave."""
    return {option.name: _default(option) for option in options} | {"path": None}


def parse(options: tuple[Option, ...], argv: list[str]) -> dict[str, object]:
    """Read a plain command line into option values; positional arguments stand under ``path``.

    Raises NotUnderstood for anything unusual.
    """
    by_flag = {flag: option for option in options for flag in option.flags}
    found = defaults(options)
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if not word.startswith("-") or word == "-":
            if found["path"] is not None:
                raise NotUnderstood(word)
            found["path"] = word
            continue
        flag, equals, value = word.partition("=")
        option = by_flag.get(flag)
        if option is None or (option.kind == "flag" and equals):
            raise NotUnderstood(word)
        if option.kind == "flag":
            found[option.name] = True
            continue
        if not equals:
            if at >= len(argv):
                raise NotUnderstood(word)
            value = argv[at]
            at += 1
        _set(found, option, value)
    return found


def _default(option: Option) -> object:
    if option.kind == "texts":
        return []
    return False if option.kind == "flag" else None


def _set(found: dict[str, object], option: Option, value: str) -> None:
    held = found[option.name]
    if isinstance(held, list):
        held.append(value)
    elif option.kind in ("number", "whole"):
        try:
            found[option.name] = int(value) if option.kind == "whole" else float(value)
        except ValueError:
            raise NotUnderstood(value) from None
    elif option.kind == "when" and value not in WHEN:
        raise NotUnderstood(value)
    else:
        found[option.name] = value

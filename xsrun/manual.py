"""The catalogue and the explanations as text for people and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from xsrun import catalogue
from xsrun.builtins.records import Example
from xsrun.catalogue import Entry, Parameter
from xsrun.diagnostics import Diagnostic, nearest
from xsrun.explanations import KINDS, Explanation, explanations, said
from xsrun.extras import install_command
from xsrun.render import diagnostic_text, failure_text
from xsrun.runtime.secrets import Masker

WIDTH: Final = 100
INDENT: Final = "  "


def found(name: str) -> list[dict[str, Any]]:
    """Everything of a name as JSON: entries of the catalogue, and the code of that name."""
    return [*map(entry_json, catalogue.find(name)), *map(explanation_json, _codes(name))]


def found_text(name: str) -> str:
    """The same for people, ``""`` when there is nothing of that name."""
    return "\n".join([*map(entry_text, catalogue.find(name)), *map(explanation_text, _codes(name))])


def near(name: str) -> str:
    """The name that was likely meant, ``""`` when none is near."""
    return catalogue.near(name) or nearest(name, explanations())


def _codes(name: str) -> list[Explanation]:
    return [explanations()[name]] if name in explanations() else []


# ------------------------------------------------------------------ lists


def row(entry: Entry) -> dict[str, Any]:
    """An entry in a list: kind, name, group, summary, and whether it runs here."""
    shown = {"kind": entry.kind, "name": entry.name, "group": entry.group, "summary": entry.summary}
    return {**shown, "local": entry.local}


def code_row(explained: Explanation) -> dict[str, Any]:
    """A code in a list: code, kind, exit, meaning."""
    return {"code": explained.code, "kind": explained.kind, "exit": explained.exit, "meaning": explained.meaning}


def rows_text(entries: Iterable[Entry]) -> str:
    """Entries by kind, one a line."""
    return "\n".join(_table(kind, [(each.name, _sentence(each)) for each in members])
                     for kind, members in catalogue.by_kind(entries))  # fmt: skip


def _sentence(entry: Entry) -> str:
    return entry.summary if entry.local else f"does not run here: {entry.parity}"


def codes_text() -> str:
    """Every code by when it occurs, one a line."""
    known = explanations().values()
    return "\n".join(
        _table(kind, [(each.code, f"{each.meaning} (exit {each.exit})") for each in known if each.kind == kind])
        for kind in KINDS
    )


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "".join([f"{title}\n", *(f"{INDENT}{name:<{width}}  {text}\n" for name, text in rows)])


def overview() -> str:
    """Every name by kind and group."""
    lines: list[str] = []
    for kind, members in catalogue.by_kind(catalogue.entries()):
        here = [each for each in members if each.local]
        absent = len(members) - len(here)
        away = f", {absent} more do not run here" if absent else ""
        lines.append(f"{kind}s: {len({each.name for each in here})}{away}")
        for group, grouped in groupby(here, key=lambda each: each.group):
            names = " ".join(dict.fromkeys(each.name for each in grouped))
            lines += textwrap.wrap(f"{group}: {names}", WIDTH, initial_indent=INDENT, subsequent_indent=INDENT * 2,
                                   break_on_hyphens=False)  # fmt: skip
        lines.append("")
    return "\n".join(
        [*lines, "xsrun docs NAME tells more, xsrun docs --search WORD looks, xsrun explain CODE does codes.\n"]
    )


# ------------------------------------------------------------------ one entry


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as an object.

    kind, name, group, signature, summary, details, parameters (each name, type, required, default as JSON text,
    variadic, misnomers), blocks, returns, examples (each source, and result as JSON text or error), parity, local,
    extra, misnomers, see_also, extension. What is empty is left out, but for the names and sentences.
    """
    shown = entry._asdict()
    shown["parameters"] = [_filled(each._asdict(), "name", "required") for each in entry.parameters]
    shown["examples"] = [_example_json(each) for each in entry.examples]
    return _filled(shown, "kind", "name", "group", "signature", "summary", "local")


def _filled(shown: dict[str, Any], *kept: str) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if value or name in kept}


def _example_json(example: Example) -> dict[str, str]:
    if example.expected.startswith("!"):
        return {"source": example.source, "error": example.expected[1:]}
    return {"source": example.source, **({"result": example.expected} if example.expected else {})}


def entry_text(entry: Entry) -> str:
    """An entry for people."""
    returns = f" -> {entry.returns}" if entry.returns and entry.kind != catalogue.REFERENCE else ""
    parts = [
        f"{entry.kind} {entry.name}  ({entry.group})\n",
        f"{INDENT}{entry.signature}{returns}\n",
        *(_wrapped(each) for each in (entry.summary, entry.details) if each),
        *_parameters(entry),
        *_examples("examples", [each for each in entry.examples if each not in entry.errors]),
        *_examples("errors", entry.errors),
        *_notes(entry),
    ]
    return "\n".join(parts)


def _wrapped(text: str) -> str:
    return "".join(
        textwrap.fill(" ".join(part.split()), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT) + "\n"
        for part in text.split("\n\n")
    )


def _parameters(entry: Entry) -> Iterator[str]:
    if entry.parameters:
        width = max(len(each.name) for each in entry.parameters)
        yield "".join(f"{INDENT}{each.name:<{width}}  {_parameter(each)}".rstrip() + "\n" for each in entry.parameters)
    if entry.blocks:
        yield f"{INDENT}blocks: {', '.join(entry.blocks)}\n"


def _parameter(param: Parameter) -> str:
    said = [param.type] if param.type else []
    if param.variadic:
        said.append("any number")
    elif param.required:
        said.append("required")
    elif param.default:
        said.append(f"default {param.default}")
    wrong = f"  (not {', '.join(param.misnomers)})" if param.misnomers else ""
    return f"{', '.join(said)}{wrong}"


def _examples(title: str, examples: Iterable[Example]) -> Iterator[str]:
    lines = [line for each in examples for line in _example(each)]
    if lines:
        yield "".join(f"{INDENT}{line}\n" for line in [f"{title}:", *lines])


def _example(example: Example) -> list[str]:
    """The lines of an example; what it gives stands behind the last one."""
    lines = [f"{INDENT}{line}" for line in example.source.splitlines()]
    if example.expected:
        failed = example.expected.startswith("!")
        lines[-1] += f"  -> {f'error: {example.expected[1:]}' if failed else example.expected}"
    return lines


def _notes(entry: Entry) -> Iterator[str]:
    lines = [f"on the platform: {_parity(entry)}"]
    if entry.extra:
        lines.append(f"needs: {install_command(entry.extra)}")
    if entry.misnomers:
        lines.append(f"not called: {', '.join(entry.misnomers)}")
    if entry.see_also:
        lines.append(f"see also: {', '.join(entry.see_also)}")
    yield "".join(f"{INDENT}{line}\n" for line in lines)


def _parity(entry: Entry) -> str:
    if not entry.local:
        return f"it works there only: {entry.parity}"
    if entry.extension:
        return "it does not exist there"
    return f"differs: {entry.parity}" if entry.parity else "the same"


# ------------------------------------------------------------------ one code


def explanation_json(explained: Explanation) -> dict[str, Any]:
    """A code as an object.

    kind (``code``), code, occurs (source, portability, remark, contract, run, start, limit), exit, meaning, why,
    example, mended, statements (whether these are the inside of a ``stack``), command, mended_command.
    """
    shown = explained._asdict()
    shown = {"kind": "code", "code": explained.code, "occurs": explained.kind} | {
        name: value for name, value in shown.items() if name not in ("kind", "code", "beside", "limit")
    }
    return _filled(shown, "kind", "code", "occurs", "exit", "meaning")


def explanation_text(explained: Explanation) -> str:
    """A code for people: its meaning, an example, what xsrun says of it, and what mends it."""
    parts = [
        f"code {explained.code}  ({explained.kind}, exit {explained.exit})\n",
        _wrapped(_capital(explained.meaning)),
    ]
    if explained.why:
        parts.append(_wrapped(explained.why))
    if explained.example:
        parts.append(_block("example", explained.example))
    if explained.command:
        parts.append(_block("typed", explained.command))
    elif explained.example:
        parts.append(_block("says", "\n".join(map(_said, said(explained, explained.example)))))
    if explained.mended or explained.mended_command:
        parts.append(_block("mended", explained.mended or explained.mended_command))
    return "\n".join(parts)


def _said(found: Any) -> str:
    return diagnostic_text(found) if isinstance(found, Diagnostic) else failure_text(found, (), Masker(()))


def _capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _block(title: str, text: str) -> str:
    return f"{INDENT}{title}:\n" + textwrap.indent(text.strip("\n"), INDENT * 2) + "\n"

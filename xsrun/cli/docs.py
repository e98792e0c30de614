"""``xsrun docs``, ``xsrun explain``, and the catalogue as ``xsrun list`` shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xsrun.cli.arguments import JsonOption
from xsrun.cli.completion import code_names, language_names
from xsrun.cli.output import Output, to_stdout
from xsrun.diagnostics import CODES, Exit, nearest
from xsrun.late import LateModule

if TYPE_CHECKING:
    from xsrun import catalogue, explanations, manual
    from xsrun.catalogue import Entry
else:
    catalogue, explanations, manual = map(LateModule, ("xsrun.catalogue", "xsrun.explanations", "xsrun.manual"))

NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME",
        help="A filter, statement, construct, type, operator, `$` reference, or code.",
        show_default=False,
        autocompletion=language_names,
    ),
]
CodeArgument = Annotated[
    str,
    typer.Argument(metavar="CODE", help="What stands in brackets.", show_default=False, autocompletion=code_names),
]
SearchOption = Annotated[str | None, typer.Option("--search", "-s", metavar="WORDS", help="Look for words instead.")]


def docs(name: NameArgument = None, search: SearchOption = None, as_json: JsonOption = False) -> None:
    """Tell what a name of the language means.

    How it is written, what it gives, how it fails. Without a name, show every name. A name with several meanings shows
    all of them. Nothing is looked up online.

    --json: with NAME a list of objects, one a meaning: {kind, name, group, signature, summary, local, …}, or
    {kind: "code", …} as explain; otherwise a list of {kind, name, group, summary, local}.

    Examples:

      xsrun docs split

      xsrun docs array.push --json

      xsrun docs --search "url encode"
    """
    output = Output(as_json)
    if name is not None and search is not None:
        raise typer.Exit(output.complain("usage", "a name and --search exclude each other", "leave one out"))
    if name is None:
        raise typer.Exit(_rows(output, catalogue.search(search) if search is not None else None, search or ""))
    if as_json:
        document: Any = manual.found(name)
        text = _json(document) if document else ""
    else:
        text = manual.found_text(name)
    if not text:
        near = manual.near(name)
        help = (
            f"did you mean `{near}`? look with xsrun docs {_typed(near)}"
            if near
            else "look with xsrun docs --search WORD"
        )
        raise typer.Exit(output.complain("usage", f"the language has no `{name}`", help))
    to_stdout(text)


def _typed(name: str) -> str:
    """A name as a shell takes it."""
    return name if name.replace(".", "").replace("_", "").isalnum() else f"'{name}'"


def _rows(output: Output, found: list[Entry] | None, words: str) -> int:
    """Every name, or what was found by words."""
    if output.as_json:
        to_stdout(_json([manual.row(each) for each in (catalogue.entries() if found is None else found)]))
        return Exit.DONE
    if found is None:
        to_stdout(manual.overview())
        return Exit.DONE
    if not found:
        return output.complain("usage", f"nothing speaks of `{words}`", "try another word, or xsrun docs for all names")
    to_stdout(manual.rows_text(found))
    return Exit.DONE


def explain(code: CodeArgument, as_json: JsonOption = False) -> None:
    """Explain a code of an error or warning.

    What it means, what provokes it, and what mends it.

    --json: an object {kind: "code", code, occurs, exit, meaning, why, example, mended, statements, command,
    mended_command}.

    Examples:

      xsrun explain filter-needs-parentheses

      xsrun explain outcome-unknown --json
    """
    output = Output(as_json)
    plain = code.partition("[")[2].rstrip("]:") or code  # error[code], as it is shown
    found = explanations.explanations().get(plain)
    if found is None:
        near = nearest(plain, CODES)
        help = f"did you mean `{near}`?" if near else "look with xsrun list --codes"
        raise typer.Exit(output.complain("usage", f"there is no code `{code}`", help))
    to_stdout(_json(manual.explanation_json(found)) if as_json else manual.explanation_text(found))


def list_names(kinds: Sequence[str], codes: bool, as_json: bool) -> None:
    """The names of some kinds, and the codes, each with a sentence."""
    found = [each for each in catalogue.entries() if each.kind in kinds]
    known = [*explanations.explanations().values()] if codes else []
    if as_json:
        to_stdout(_json([*map(manual.row, found), *map(manual.code_row, known)]))
    else:
        to_stdout("\n".join(part for part in (manual.rows_text(found), manual.codes_text() if codes else "") if part))


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"

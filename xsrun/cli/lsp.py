"""``xsrun lsp``: the language server for editors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Final

import typer

from xsrun import extras
from xsrun.cli.arguments import MessagesOption
from xsrun.cli.output import Output
from xsrun.diagnostics import Exit
from xsrun.late import Late

_serve: Callable[[], str] = Late("xsrun.lsp.server", "serve")

EXTRA: Final = "lsp"


def lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="Speak on stdin and stdout; there is no other way.")] = True,
    as_json: MessagesOption = False,
) -> None:
    """Serve an editor over the Language Server Protocol.

    Findings as you type, completion, hover, definitions, renames, quick fixes, formatting. It speaks on stdin and
    stdout, reads only files below the folders of the editor, and runs nothing. docs/editors.md says how to set editors
    up.

    --json: stdout carries the protocol; messages as JSON lines on stderr.

    Example: xsrun lsp
    """
    if not extras.is_installed(EXTRA):
        message = "`xsrun lsp` needs a part of xsrun that is not installed"
        raise typer.Exit(Output(as_json).complain("missing-extra", message, extras.install_command(EXTRA), Exit.USAGE))
    if sys.stdin.isatty() and not as_json:
        Output().line("waiting for an editor on stdin; docs/editors.md says how to set one up, Ctrl-C ends this")
    ended = _serve()
    if ended:
        raise typer.Exit(Output(as_json).complain("usage", ended, "", Exit.USAGE))

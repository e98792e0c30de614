"""``xsrun secrets``: variables for jobs, kept in the keyring of the system."""

from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from xsrun.cli import keychain
from xsrun.cli.arguments import JsonOption
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.diagnostics import nearest

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

app = typer.Typer(
    name="secrets",
    help="Variables for jobs, kept in the keyring of the system.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The variable, as jobs name it.", show_default=False)]


@contextmanager
def _complaining(as_json: bool) -> Iterator[None]:
    """End the command where something about it is wrong."""
    try:
        yield
    except BadOption as fault:
        raise typer.Exit(Output(as_json).reject(fault)) from None


def _tell(shown: str, told: dict[str, str], as_json: bool) -> None:
    sys.stdout.write((json.dumps(told) if as_json else shown) + "\n")


@app.command("set")
def set_secret(name: NameArgument, as_json: JsonOption = False) -> None:
    """Put a variable into the keyring.

    Its value is read from stdin, on a terminal without showing it.

    Jobs find it behind --env and the environment, and before --env-file and .env.

    --json: {"stored": name}

    Example: xsrun secrets set pagerduty_api_key
    """
    with _complaining(as_json):
        if not NAME.fullmatch(name):
            shown, equals, _ = name.partition("=")
            help = f"xsrun secrets set {shown if equals and NAME.fullmatch(shown) else 'NAME'}"
            raise BadOption("a variable is named by letters, digits and _; its value is read from stdin", help)
        value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.read()
        value = value.removesuffix("\n").removesuffix("\r")
        if not value:
            raise BadOption(f"there is no value for {name} on stdin", f"xsrun secrets set {name} < FILE")
        keychain.store(name, value)
    _tell(f"{name} is in the keyring", {"stored": name}, as_json)


@app.command("list")
def list_secrets(as_json: JsonOption = False) -> None:
    """List the names in the keyring; values are never shown.

    --json: a list of names

    Example: xsrun secrets list
    """
    with _complaining(as_json):
        found = keychain.names()
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        sys.stdout.write("".join(f"{each}\n" for each in found))
    if not found and not as_json:
        sys.stderr.write("there are none\n")


@app.command("unset")
def unset_secret(name: NameArgument, as_json: JsonOption = False) -> None:
    """Take a variable out of the keyring.

    --json: {"removed": name}

    Example: xsrun secrets unset pagerduty_api_key
    """
    with _complaining(as_json):
        known = keychain.names()
        if name not in known:
            near = nearest(name, known)
            raise BadOption(
                f"there is no {name} in the keyring", f"did you mean {near}?" if near else "xsrun secrets list"
            )
        keychain.remove(name)
    _tell(f"{name} is gone from the keyring", {"removed": name}, as_json)

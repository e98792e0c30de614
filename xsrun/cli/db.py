"""``xsrun db``: the rows of a project's tables, and the tables of its database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from xsrun.cli.arguments import JsonOption, PathArgument
from xsrun.late import Late

_at: Callable[..., object] = Late("xsrun.cli.dbwork", "At")
_status: Callable[..., None] = Late("xsrun.cli.dbwork", "status")
_migrate: Callable[..., None] = Late("xsrun.cli.dbwork", "migrate")
_reset: Callable[..., None] = Late("xsrun.cli.dbwork", "reset")
_seed: Callable[..., None] = Late("xsrun.cli.dbwork", "seed")
_dump: Callable[..., None] = Late("xsrun.cli.dbwork", "dump")
_load: Callable[..., None] = Late("xsrun.cli.dbwork", "load")
_shell: Callable[..., None] = Late("xsrun.cli.dbwork", "shell")

app = typer.Typer(
    name="db",
    help="The rows of tables, and the database they are in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

DbOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="An SQLite file or postgresql://…; what xsrun.toml says, or .xsrun/data.sqlite, when left out.",
    ),
]
SourceOption = Annotated[str, typer.Option("--datasource", metavar="NAME", help="Another datasource of the database.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it: without this nothing is destroyed.")]
TableOption = Annotated[list[str] | None, typer.Option("--table", metavar="NAME", help="Only this table.")]


@app.command("status")
def status(
    path: PathArgument = ".", db: DbOption = None, datasource: SourceOption = "", as_json: JsonOption = False
) -> None:
    """Show the tables, their rows, and what a migration would change.

    Nothing is changed. No value of a row is shown.

    --json: an object {database, tables: [{name, rows}], pending: [{change, table, column, rows, detail, lossy}]}; the
    rows of a table are null where it is not made yet, those of a change are the rows that lose by it.

    Example: xsrun db status --db postgresql://localhost/shop
    """
    _status(_at(path, db, datasource, as_json))


@app.command("migrate")
def migrate(
    path: PathArgument = ".",
    allow_loss: Annotated[
        bool, typer.Option("--allow-loss", help="Make changes by which rows lose something, too.")
    ] = False,
    rename: Annotated[
        list[str] | None,
        typer.Option("--rename", metavar="TABLE.OLD=NEW", help="Keep a column, or a table OLD=NEW, by another name."),
    ] = None,
    db: DbOption = None,
    datasource: SourceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Change the tables of the database as they are declared.

    Runs do what adds by themselves; changes by which rows lose something are made here only, all or none of them.

    --json: a list of {change, table, column, rows, detail, lossy}: what was changed.

    Examples:

      xsrun db migrate

      xsrun db migrate --rename person.mail=email

      xsrun db migrate --allow-loss
    """
    _migrate(_at(path, db, datasource, as_json), allow_loss, rename or [])


@app.command("reset")
def reset(
    path: PathArgument = ".",
    yes: YesOption = False,
    db: DbOption = None,
    datasource: SourceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Drop all tables and make them anew.

    They have their items then.

    --json: an object {dropped: {table: rows}}.

    Example: xsrun db reset --yes
    """
    _reset(_at(path, db, datasource, as_json), yes)


@app.command("seed")
def seed(
    path: PathArgument = ".",
    db: DbOption = None,
    datasource: SourceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Add the rows that tables have from the start.

    They are `items`, and the rows of table/NAME.csv, .json or .jsonl.

    A row whose id is there is left as it is; rows without an id are added to a table that has none.

    --json: an object {added: {table: rows}}.

    Example: xsrun db seed
    """
    _seed(_at(path, db, datasource, as_json))


@app.command("dump")
def dump(
    path: PathArgument = ".",
    to: Annotated[
        str, typer.Option("--to", metavar="PATH", help="A file, or a folder with a file for each table; - is stdout.")
    ] = "-",
    form: Annotated[Literal["jsonl", "csv"], typer.Option("--format", help="JSON lines are exact.")] = "jsonl",
    table: TableOption = None,
    db: DbOption = None,
    datasource: SourceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Write all rows.

    Hidden columns too; passwords as the hashes they are stored as.

    On stdout and in one file of JSON lines each line is {"table": …, "row": {…}}. CSV is of one table a file, and does
    not tell null from an empty text. Files are readable by their owner alone.

    --json: the rows are JSON lines on stdout anyway; with --to an object {written: {table: rows}}.

    Examples:

      xsrun db dump > rows.jsonl

      xsrun db dump --format csv --to backup/
    """
    _dump(_at(path, db, datasource, as_json), to, form, table or [])


@app.command("load")
def load(
    path: PathArgument = ".",
    source: Annotated[
        str, typer.Option("--from", metavar="PATH", help="A file, or a folder of files as dump makes it; - is stdin.")
    ] = "-",
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="The table of a file that names none.")] = "",
    db: DbOption = None,
    datasource: SourceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Store the rows of a dump: all or none.

    They keep their ids. Each value is checked by the type of its column. A row whose id is there already is a fault.

    --json: an object {loaded: {table: rows}}.

    Examples:

      xsrun db load --from rows.jsonl

      xsrun db load --from person.csv
    """
    _load(_at(path, db, datasource, as_json), source, table)


@app.command("shell")
def shell(
    path: PathArgument = ".",
    sql: Annotated[str | None, typer.Option("--sql", help="One statement, in place of a shell; - is stdin.")] = None,
    db: DbOption = None,
    datasource: SourceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Open sqlite3 or psql, or run one statement.

    Where neither is installed, and with --json, the statement is read from stdin. A password is handed over in the
    environment, and stands on no command line.

    --json: a list of objects: the rows of the statement.

    Examples:

      xsrun db shell

      xsrun db shell --sql "select count(*) from person" --json
    """
    _shell(_at(path, db, datasource, as_json), sql)

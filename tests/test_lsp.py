"""What editors ask, without a protocol: ``¦`` marks the cursor in a text."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xsrun.lsp.completion import complete
from xsrun.lsp.cursor import cursor_at
from xsrun.lsp.hover import hover
from xsrun.lsp.lenses import lenses
from xsrun.lsp.positions import Lines, Position
from xsrun.lsp.renaming import CannotRename, renamed
from xsrun.lsp.workspace import Workspace
from xsrun.source import Source

JOBS = Path(__file__).parent.parent / "jobs"
TEXTS = [file.read_text("utf-8") for file in sorted(JOBS.rglob("*.xs"))]
ALONE = "untitled:one"

FUNCTION = """function "f" {
  input {
    text name
    int[] numbers?
  }
  stack {
    var $list { value = [1, 2] }
    var $text { value = "a" }
    var $object { value = {first: 1, second: "b"} }
    %s
  }
  response = $text
}
"""
OTHER = 'function "other" {\n  input {\n    text to { description = "Who" }\n    int count?\n  }\n  stack {}\n}\n'


def opened(text, path=ALONE):
    """A text without its ``¦``, analysed, and where that stood."""
    at = text.index("¦")
    workspace = Workspace()
    workspace.set_text(path, text.replace("¦", ""))
    return workspace.analysis(path), at


def offered(text):
    """The labels that are offered at ``¦``, best first."""
    analysis, at = opened(text)
    items = complete(analysis, ALONE, at).items
    return [each.label for each in sorted(items, key=lambda item: item.rank)]


# ------------------------------------------------------------------ completion

IN_A_FUNCTION = [
    ("var $y { value = $list|¦ }", {"first", "push", "to_upper"}),
    ("var $y { value = $list|fi¦ }", {"first"}),
    ("var $y { value = ¦ }", {"$text", "$input.name", "true", "now"}),
    ("var $y { value = $te¦ }", {"$text", "$list", "$input.numbers", "$error"}),
    ("var $y { value = $input.¦ }", {"name", "numbers"}),
    ("var $y { value = $input.na¦ }", {"name"}),
    ("var $y { value = $var.¦ }", {"text", "list"}),
    ("var $y { value = $object.¦ }", {"first", "second"}),
    ("var $y { value = $env.$rem¦ }", {"$remote_ip"}),
    ("var $y { value = {a: $¦} }", {"$text"}),
    ('var $y { value = $text|concat:$¦:"," }', {"$text"}),
    ("¦", {"var", "foreach", "api.request", "db.query"}),
    ("arr¦", {"array.push"}),
    ("conditional { if ($text == 1) {\n ¦ } }", {"var", "return"}),
    ("conditional { ¦ }", {"if", "elseif", "else"}),
    ("conditional { if ($¦) { } }", {"$text"}),
    ("foreach ($list) { ¦ }", {"each"}),
    ("array.push $list {\n  ¦\n}", {"value", "disabled"}),
    ("api.request {\n  url = $text\n  me¦\n}", {"method", "params", "headers"}),
    ("try_catch { catch { debug.log { value = $error.¦ } } }", {"message", "code"}),
    ('precondition ($text) { error_type = "¦" }', {"inputerror", "notfound"}),
    ('function.run "¦"', {"f"}),
    ("function.run ¦", {"f"}),
    ("!function.run ¦", {"f"}),
    ('function.run "f" { input = {¦} }', {"name", "numbers"}),
    ("[¦", {"$text"}),
]


@pytest.mark.parametrize(("statement", "expected"), IN_A_FUNCTION)
def test_in_a_function_is_offered(statement, expected):
    assert expected <= set(offered(FUNCTION % statement))


ANYWHERE = [
    ("fun¦", {"function", "run.job"}),
    ("function f { ¦ }", {"input", "stack", "response"}),
    ("function f { input { te¦ } }", {"text", "email"}),
    ("function f { input { text x filters=tr¦ } }", {"trim", "min"}),
    ("function f { input { text x { ¦ } } }", {"description", "values"}),
    ('run.job "j" { ¦ }', {"main", "env"}),
    ('run.job "j" { main = {¦} }', {"name", "input"}),
    ('run.job "j" { main = {name: "¦"} }\n---\n' + OTHER, {"other"}),
    ('run.job "j" { main = {name: "other", input: {¦}} }\n---\n' + OTHER, {"to", "count"}),
    ('run.job "j" { env = ["¦"] }\n---\nfunction f { stack { var $x { value = $env.key } } }', {"key"}),
    ('table t { schema { int id } }\n---\nfunction f { stack { db.query "¦" } }', {"t"}),
    ('function f {\n  test "t" {\n    ¦\n  }\n}', {"input", "expect.to_equal"}),
    ("function f {\n  stack {\n    var $x { value = 1 }\n    var $y { value = $¦", {"$x"}),
]


@pytest.mark.parametrize(("text", "expected"), ANYWHERE)
def test_is_offered(text, expected):
    assert expected <= set(offered(text))


@pytest.mark.parametrize(
    "statement", ["// $¦", 'var $y { value = "$¦" }', "var $y { value = 1¦ }", "var $y { value = $list ¦ }"]
)
def test_nothing_is_offered(statement):
    assert offered(FUNCTION % statement) == []


@pytest.mark.parametrize(
    ("subject", "first", "later"),
    [
        ("$text", "to_upper", "push"),
        ("$list", "push", "to_upper"),
        ('$text|split:","', "push", "to_upper"),
        ("$list|count", "round", "push"),
        ("$object", "keys", "to_upper"),
        ("$input.name", "to_upper", "round"),
        ('"a" ~ $text', "to_upper", "push"),
        ("{a: $list, b: $text|trim", "to_upper", "push"),
        ("($list", "push", "to_upper"),
    ],
)
def test_filters_that_fit_come_first(subject, first, later):
    analysis, at = opened(FUNCTION % f"var $y {{ value = {subject}|¦ }}")
    ranks = {each.label: each.rank for each in complete(analysis, ALONE, at).items}
    assert ranks[first] == 0 < ranks[later]


def test_required_parts_are_filled_in():
    analysis, at = opened(FUNCTION % "¦")
    written = {each.label: each.insert for each in complete(analysis, ALONE, at).items}
    assert written["var"] == "var \\$${1:name} {\n\tvalue = $2\n}"
    assert written["foreach"] == "foreach (\\$${1:list}) {\n\teach as \\$${2:item} {\n\t\t$0\n\t}\n}"
    assert written["while"] == "while (\\$${1:condition}) {\n\teach {\n\t\t$0\n\t}\n}"
    assert written["function.run"] == 'function.run "${1:name}" {\n\t$0\n}'
    assert written["break"] == "break"


def test_a_name_that_is_no_word_is_written_in_quotes():
    analysis, at = opened('function "two words" {\n  stack {\n    function.run ¦\n  }\n}\n')
    assert [each.insert for each in complete(analysis, ALONE, at).items] == ['"two words"']


def test_what_is_replaced_begins_with_the_word():
    for statement, replaced in (
        ("array.pu¦", "array.pu"),
        ("var $y { value = $te¦ }", "$te"),
        ('function.run "f¦"', "f"),
    ):
        text = FUNCTION % statement
        analysis, at = opened(text)
        assert text[complete(analysis, ALONE, at).start : at] == replaced


@settings(max_examples=60)
@given(st.data())
def test_an_unfinished_text_is_never_too_much(data):
    text = data.draw(st.sampled_from(TEXTS))
    cut = data.draw(st.integers(0, len(text)))
    junk = data.draw(
        st.sampled_from(["", "|", "$", ".", '"', "{", "}", "'", '"""', ")", "[", "\\", "\x00", "🙂", "---\n"])
    )
    unfinished = text[:cut] + junk
    workspace = Workspace()
    workspace.set_text(ALONE, unfinished)
    analysis = workspace.analysis(ALONE)
    assert complete(analysis, ALONE, len(unfinished)).start <= len(unfinished)
    hover(analysis, ALONE, cut)
    assert cursor_at(Source("", text + junk), cut).start <= cut


# ------------------------------------------------------------------ hover


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("var $y { value = $text|to_upp¦er }", "upper case"),
        ("arr¦ay.push $list { value = 1 }", "array.push"),
        ("foreach ($list) { ea¦ch as $x { } }", ""),
        ('api.request { url = "https://x.test" time¦out = 1 } as $r', "`timeout` of `api.request`"),
        ("var $y { value = $li¦st }", "$list: list of int"),
        ("var $y { value = $obj¦ect }", "$object: object {first, second}"),
        ("var $y { value = $input.na¦me }", "input text name"),
        ('function.run "¦f" as $r', 'function "f"'),
        ("var $y { value = $env.ke¦y }", "no job declares it"),
        ("var $y { value = 1¦2 }", ""),
    ],
)
def test_hover_tells(statement, expected):
    analysis, at = opened(FUNCTION % statement)
    found = hover(analysis, ALONE, at)
    assert (expected in found.text) if expected else found is None


def test_hover_tells_of_types_and_constructs():
    for text, expected in (
        ("func¦tion f { stack {} }", "A function"),
        ("function f { input { em¦ail to } }", "address"),
    ):
        analysis, at = opened(text)
        assert expected in hover(analysis, ALONE, at).text


# ------------------------------------------------------------------ names


FILES = {
    "run.xs": """run.job "J" {
  main = {name: "send", input: {to: "x"}}
  env = ["key"]
}
""",
    "function/send.xs": """function "send" {
  input {
    text to
  }
  stack {
    function.run log {
      input = {note: $input.to ~ $env.key}
    } as $line
    var $copy { value = $line|lambda:"return $var.line" }
  }
  response = $line
}
""",
    "function/log.xs": """function log {
  input {
    text note
  }
  stack {
  }
  response = $input.note
}
""",
}


@pytest.fixture
def project(tmp_path):
    """A job of three files, all of them open."""
    workspace = Workspace([tmp_path])
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        workspace.set_text(os.path.realpath(path), text)
    return workspace


def named(workspace, file, word, behind=""):
    """What is named at a word of a file."""
    path = next(each for each in workspace.open_paths if each.endswith(file))
    analysis = workspace.analysis(path)
    text = analysis.sources[path].text
    return analysis, analysis.symbols.at(path, text.index(word, text.index(behind)))


TWICE = [("function/send.xs", 9)] * 2


def places(found):
    return sorted((each.source.name, each.line) for each in found)


@pytest.mark.parametrize(
    ("file", "word", "behind", "declared", "used"),
    [
        ("run.xs", "send", "", [("function/send.xs", 1)], [("run.xs", 2)]),
        ("send.xs", "log", "", [("function/log.xs", 1)], [("function/send.xs", 6)]),
        ("send.xs", "to", "$input.", [("function/send.xs", 3)], [("function/send.xs", 7), ("run.xs", 2)]),
        ("run.xs", "to:", "", [("function/send.xs", 3)], [("function/send.xs", 7), ("run.xs", 2)]),
        ("log.xs", "note", "", [("function/log.xs", 3)], [("function/log.xs", 7), ("function/send.xs", 7)]),
        ("send.xs", "key", "$env", [("run.xs", 3)], [("function/send.xs", 7)]),
        ("send.xs", "line", "response", [("function/send.xs", 8)], [*TWICE, ("function/send.xs", 11)]),
    ],
)
def test_definition_and_references(project, file, word, behind, declared, used):
    analysis, found = named(project, file, word, behind)
    known = analysis.symbols.of(found.symbol)
    assert places(each.span for each in known if each.declares) == declared
    assert places(each.span for each in known if not each.declares) == used


def rename(workspace, file, word, name, behind=""):
    """Every file with a new name in it, by its name."""
    analysis, found = named(workspace, file, word, behind)
    texts = {}
    for edit in sorted(renamed(analysis, found, name), key=lambda each: -each.span.start):
        source = edit.span.source
        before = texts.get(source.path, source.text)
        texts[source.path] = before[: edit.span.start] + edit.text + before[edit.span.end :]
    for path, text in texts.items():
        workspace.set_text(path, text)
    return texts


@pytest.mark.parametrize(
    ("file", "word", "behind", "name"),
    [
        ("run.xs", "send", "", "notify"),
        ("send.xs", "log", "", "write it down"),
        ("send.xs", "to", "$input.", "recipient"),
        ("log.xs", "note", "", "message"),
        ("send.xs", "key", "$env", "api_key"),
        ("send.xs", "line", "response", "$written"),
    ],
)
def test_after_a_rename_the_project_is_as_sound_as_before(project, file, word, behind, name):
    path = project.open_paths[0]
    before = project.analysis(path)
    known = len(before.symbols.of(named(project, file, word, behind)[1].symbol))
    assert rename(project, file, word, name, behind)
    after = project.analysis(path)
    assert [(each.code, each.line) for each in after.diagnostics] == [
        (each.code, each.line) for each in before.diagnostics
    ]
    symbol = next(each for each in after.symbols.by_symbol if each.name == name.removeprefix("$"))
    assert len(after.symbols.of(symbol)) == known


@pytest.mark.parametrize(
    ("file", "word", "behind", "name", "why"),
    [
        ("send.xs", "line", "response", "a b", "is no name"),
        ("send.xs", "line", "response", "input", "belongs to the language"),
        ("send.xs", "line", "response", "copy", "already a variable"),
        ("send.xs", "log", "", "send", "already a function"),
        ("send.xs", "log", "", "a\nb", "a line of text"),
        ("send.xs", "log", "", " ", "a line of text"),
        ("send.xs", "to", "$input.", "t-o", "is no name"),
    ],
)
def test_a_new_name_is_refused(project, file, word, behind, name, why):
    analysis, found = named(project, file, word, behind)
    with pytest.raises(CannotRename, match=why):
        renamed(analysis, found, name)


def test_a_name_in_a_text_that_cannot_be_read_is_not_changed_elsewhere(project):
    path = next(each for each in project.open_paths if each.endswith("log.xs"))
    project.set_text(path, "function log {\n  stack {\n    function.run send {\n  }\n}\n")
    analysis, found = named(project, "run.xs", "send")
    with pytest.raises(CannotRename, match="mend function/log"):
        renamed(analysis, found, "notify")


def test_a_test_has_variables_of_its_own():
    text = (
        'function f {\n  stack { var $a { value = 1 } }\n  response = $a\n'
        '  test "t" {\n    expect.to_equal ($a¦) { value = 1 }\n  }\n}\n'
    )  # fmt: skip
    analysis, at = opened(text)
    assert len(analysis.symbols.of(analysis.symbols.at(ALONE, at).symbol)) == 1


# ------------------------------------------------------------------ lenses


def test_jobs_and_tests_can_be_run(project):
    path = next(each for each in project.open_paths if each.endswith("run.xs"))
    (lens,) = lenses(project.analysis(path), path)
    assert (lens.title, lens.span.line, lens.arguments) == ("Run", 1, ["execute", os.path.dirname(path), "--job=J"])
    other = next(each for each in project.open_paths if each.endswith("log.xs"))
    text = project.analysis(other).sources[other].text
    project.set_text(other, text.rstrip().removesuffix("}") + '  test "says" {\n  }\n}\n')
    (lens,) = lenses(project.analysis(other), other)
    assert (lens.title, lens.span.line, lens.arguments) == ("Test", 8, ["test", other, "--name=says"])


def test_a_text_without_a_file_cannot_be_run():
    analysis, _ = opened('run.job "J" {\n  main = {name: "f"}\n}\n¦')
    assert lenses(analysis, ALONE) == []


# ------------------------------------------------------------------ workspace


def test_only_the_open_text_is_parsed_again(project):
    path = next(each for each in project.open_paths if each.endswith("log.xs"))
    before = project.analysis(path)
    project.set_text(path, before.sources[path].text + "\n")
    after = project.analysis(path)
    changed = [each for each in after.sources if after.sources[each] is not before.sources[each]]
    assert changed == [path]


def test_findings_stay_when_the_trees_are_used_again(tmp_path):
    (tmp_path / "run.xs").write_text('run.job "J" {\n  main = {name: "f"}\n}\n')
    swapped = tmp_path / "f.xs"
    swapped.write_text("function f {\n  input {\n    name text\n  }\n  stack {}\n}\n")
    workspace = Workspace([tmp_path])
    run = os.path.realpath(tmp_path / "run.xs")
    counts = []
    for text in ('run.job "J" {\n  main = {name: "f"}\n}\n', 'run.job "K" {\n  main = {name: "f"}\n}\n'):
        workspace.set_text(run, text)
        counts.append([each.code for each in workspace.analysis(run).found_in(os.path.realpath(swapped))])
    assert counts[0] == counts[1] == ["syntax"]


def test_what_is_not_saved_counts(project):
    path = next(each for each in project.open_paths if each.endswith("log.xs"))
    project.set_text(path, "function logger {\n  stack {}\n}\n")
    send = next(each for each in project.open_paths if each.endswith("send.xs"))
    assert "unresolved-function" in [each.code for each in project.analysis(send).found_in(send)]
    project.close(path)
    assert "unresolved-function" not in [each.code for each in project.analysis(send).found_in(send)]


def test_a_file_on_disk_is_read_again_when_it_was_touched(project, tmp_path):
    path = next(each for each in project.open_paths if each.endswith("log.xs"))
    project.close(path)
    Path(path).write_text("function renamed {\n  stack {}\n}\n")
    new = tmp_path / "function" / "new.xs"
    new.write_text("function new {\n  stack {}\n}\n")
    project.touched(path)
    project.touched(os.path.realpath(new))
    names = project.analysis(project.open_paths[0]).symbols.names("function")
    assert sorted(names) == ["new", "renamed", "send"]


def test_a_text_outside_of_all_folders_is_looked_at_alone(project, tmp_path):
    outside = os.path.realpath(tmp_path.parent / "outside.xs")
    project.set_text(outside, "function f {\n  stack {\n    function.run elsewhere\n    nonsense\n  }\n}\n")
    analysis = project.analysis(outside)
    assert [*analysis.sources] == [outside]
    assert [each.code for each in analysis.diagnostics] == ["unknown-statement"]


def test_nothing_outside_of_the_folders_is_read(project, tmp_path):
    secret = tmp_path.parent / f"{tmp_path.name}-secret.xs"
    secret.write_text("function secret {\n  stack {}\n}\n")
    (tmp_path / "function" / "link.xs").symlink_to(secret)
    (tmp_path / "function" / "folder").symlink_to(tmp_path.parent)
    project.touched(os.path.realpath(tmp_path / "run.xs"))
    assert sorted(project.analysis(project.open_paths[0]).symbols.names("function")) == ["log", "send"]


def test_jobs_below_one_folder_are_projects_of_their_own(tmp_path):
    for job in ("a", "b"):
        (tmp_path / job).mkdir()
        (tmp_path / job / "run.xs").write_text(f'run.job "{job}" {{\n  main = {{name: "{job}"}}\n}}\n')
    workspace = Workspace([tmp_path])
    path = os.path.realpath(tmp_path / "a" / "run.xs")
    workspace.set_text(path, Path(path).read_text())
    assert [*workspace.analysis(path).sources] == [path]


def test_a_run_file_makes_its_folder_a_project(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    for folder in (tmp_path, inner):
        (folder / "f.xs").write_text(f"function {folder.name} {{\n  stack {{}}\n}}\n")
    workspace = Workspace([tmp_path])
    path = os.path.realpath(inner / "f.xs")
    workspace.set_text(path, Path(path).read_text())
    assert [each.name for each in workspace.analysis(path).sources.values()] == ["f.xs", "inner/f.xs"]
    (inner / "run.xs").write_text('run.job "J" {\n  main = {name: "inner"}\n}\n')
    workspace.touched(os.path.realpath(inner / "run.xs"))
    assert [each.name for each in workspace.analysis(path).sources.values()] == ["f.xs", "run.xs"]


# ------------------------------------------------------------------ positions


@given(
    st.text(alphabet=st.sampled_from("a\n\r\u2028\té🙂\ud800")),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
    st.data(),
)
def test_positions_go_there_and_back(text, encoding, data):
    lines = Lines(text, encoding)
    offset = data.draw(st.integers(0, len(text)))
    found = lines.position(offset)
    inside_a_line_end = text[offset - 1 : offset + 1] == "\r\n"
    assert inside_a_line_end or lines.offset(found) == offset
    assert found.line <= text.count("\n") + text.count("\r")


@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_positions_count_units_of_the_encoding(encoding, units):
    lines = Lines("é🙂x\r\nb", encoding)
    assert lines.position(2) == (0, units)
    assert lines.offset(Position(0, units)) == 2


def test_a_position_behind_the_end_of_its_line_is_the_end():
    lines = Lines("é🙂x\r\nb")
    assert lines.position(5) == (1, 0)
    assert [lines.offset(Position(0, each)) for each in (0, 1, 3, 4, 99)] == [0, 1, 2, 3, 3]
    assert lines.offset(Position(99, 0)) == len(lines.text)

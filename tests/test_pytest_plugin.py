"""The plug-in for pytest, in a pytest of its own: items of ``.xs`` files, reports, fixtures, and what it costs."""

import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

JOBS = Path(__file__).parent.parent / "jobs"
TOTAL = """function total {
  input {
    int[] list
  }
  stack {
    debug.log { value = "adding" }
  }
  response = $input.list|sum
  test "adds" {
    input = {list: [1, 2]}
    expect.to_equal ($response) { value = 3 }
  }
  test "adds wrongly" {
    input = {list: [1, 2]}
    expect.to_equal ($response) { value = 4 }
  }
  test "adds nothing" {
    input = {list: []}
    expect.to_equal ($response) { value = 0 }
  }
}
"""


OTHERS = [word for name in ("hypothesispytest", "anyio", "pytest_httpserver") for word in ("-p", f"no:{name}")]
"""Plug-ins that are beside ours in this environment, and take their time."""


@pytest.fixture
def folder(pytester):
    """A folder with a function of which one of three tests fails."""
    pytester.mkdir("sums").joinpath("total.xs").write_text(TOTAL)
    return pytester


def run(folder, *words, **outcomes):
    result = folder.runpytest_subprocess(*OTHERS, *words)
    result.assert_outcomes(**outcomes)
    return result


def test_off_it_collects_and_imports_nothing(folder):
    folder.makepyfile("""
        import sys

        def test_what_is_imported():
            ours = {name for name in sys.modules if name.partition(".")[0] == "xsrun"}
            assert ours <= {"xsrun", "xsrun.build", "xsrun.hints", "xsrun.pytest_plugin"}
            assert not {"lark", "httpx", "typer", "sqlite3"} & {*sys.modules}
    """)
    run(folder, passed=1)


def test_a_failure_is_shown_as_xsrun_shows_it(folder):
    result = run(folder, "--xsrun", "-v", "--junit-xml", "report.xml", passed=2, failed=1)
    result.stdout.fnmatch_lines([
        "sums/total.xs::adds PASSED *",
        "*_ adds wrongly ?function: total? _*",
        "Error: to_equal failed - expected value 4 does not equal 3",
        "  --> total.xs:15:5",
        "15 |     expect.to_equal *",
        "- expected",
        "+ actual",
        "log: adding",
        "FAILED sums/total.xs::adds wrongly - to_equal failed - expected value 4 does*",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*.py:*")
    report = folder.path.joinpath("report.xml").read_text()
    assert 'message="to_equal failed - expected value 4 does not equal 3"' in report


def test_settings_switch_it_on_and_processes_share_the_work(folder):
    folder.makeini("[pytest]\nxsrun = true")
    result = run(folder, "-n", "2", passed=2, failed=1)
    result.stdout.fnmatch_lines(["Error: to_equal failed - expected value 4 does not equal 3"])


def test_choosing_and_stopping(folder):
    folder.path.joinpath("sums", "total.xs").write_text(f"{TOTAL}---\n{TOTAL.replace('total', 'sum_of')}")
    result = run(folder, "--xsrun", "-v", "-x", "-k", "sum_of and unit", passed=1, failed=1, deselected=3)
    result.stdout.fnmatch_lines(["*::adds ?function: sum_of? PASSED*", "*::adds wrongly ?function: sum_of? FAILED*"])


def test_what_does_not_compile_is_told_at_its_place(folder):
    folder.path.joinpath("sums", "total.xs").write_text(TOTAL.replace("|sum", "|summ"))
    result = run(folder, "--xsrun", errors=1)
    result.stdout.fnmatch_lines(["error?unknown-filter?: Unknown filter function 'summ'", " --> sums/total.xs:8:*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(("rows", "outcomes"), [("name\na\nb\n", {"passed": 2}), ("name,x\na,b\n", {"errors": 1})])
def test_rows_are_collected_with_their_file(folder, rows, outcomes):
    shutil.copytree(JOBS.parent / "xsrun" / "templates" / "compute", folder.path / "job")
    (folder.path / "job" / "cases" / "rows.csv").write_text(rows)
    (folder.path / "job" / "cases" / "budgets.toml").write_text('rows = "rows.csv"\n')
    run(folder, "--xsrun", "job/cases", **outcomes)


def test_fixtures(folder):
    shutil.copytree(JOBS / "pagerduty-create-incident", folder.path / "job")
    folder.path.joinpath("job", "test_job.py").write_text("""
def test_around(xsrun_project, xsrun_simulators):
    pagerduty = xsrun_simulators["pagerduty"]
    before = len(pagerduty.state["incidents"])
    given = {"title": "Disk full", "service_id": pagerduty.keys["service_id"], "from": pagerduty.keys["from"]}
    result = xsrun_project.run(input=given, simulators=xsrun_simulators)
    assert (result.error, result.value["title"]) == (None, "Disk full")
    assert len(pagerduty.state["incidents"]) == before + 1

def test_nothing_is_sent(xsrun_project):
    result = xsrun_project.run(input={"title": "a"}, env={"pagerduty_api_key": "u+x"})
    assert "network disabled in tests" in result.error.message
""")
    (folder.path / "job" / "cases").mkdir(exist_ok=True)
    (folder.path / "job" / "cases" / "simulated.toml").write_text('simulate = true\ninput = {title = "Disk full"}\n')
    folder.makepyfile("""
        import pytest

        @pytest.mark.xsrun("sums/total.xs")
        def test_marked(xsrun_project):
            assert xsrun_project.call("total", {"list": [1, 2]}).value == 3

        @pytest.mark.xsrun("nowhere")
        def test_lost(xsrun_project):
            pass

        def test_set(xsrun_project):
            given = {"response": {"status": 503, "headers": []}, "attempt": 0, "repeatable": True}
            assert xsrun_project.call("retry_wait", given).value == 1
    """)
    expected = {"passed": 5, "errors": 1}
    result = run(folder, "-o", "xsrun_path=job", "--strict-markers", "--xsrun", "-k", "test_ or simulated", **expected)
    result.stdout.fnmatch_lines(["error?not-found?: there is no file or folder *nowhere"])

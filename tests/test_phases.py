"""How long the parts of a run take."""

import pytest

import xsrun

SOURCE = """run.job "phases" {
  pre = {name: "first"}
  main = {name: "second"}
  post = {name: "last"}
}
---
function "first" {
  input {
  }
  stack {
  }
  response = 1
}
---
function "second" {
  input {
    bool fails?
  }
  stack {
    precondition ($input.fails == false)
  }
  response = 2
}
---
function "last" {
  input {
  }
  stack {
  }
  response = 3
}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    file = tmp_path_factory.mktemp("phases") / "run.xs"
    file.write_text(SOURCE)
    return xsrun.load(file)


def test_every_part_of_a_run_has_its_time(project):
    times = project.run(input={"fails": False}).times
    assert list(times) == ["boot", "pre", "main", "post", "total"]
    assert sum(times.values()) - times["total"] <= times["total"]


def test_a_run_that_fails_has_the_times_of_what_ran(project):
    result = project.run(input={"fails": True})
    assert result.error is not None
    assert list(result.times) == ["boot", "pre", "main", "total"]


def test_a_function_alone_is_the_main_part(project):
    assert list(project.call("last").times) == ["boot", "main", "total"]

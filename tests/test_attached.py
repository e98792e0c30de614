"""Middleware around functions that ``function.run`` runs."""

import pytest

from xsrun.api import Project
from xsrun.effects.memory import memory_world
from xsrun.project import load_text
from xsrun.runtime.secrets import Masker

MIDDLEWARE = """
---
middleware "louder" {
  stack {
    conditional {
      if ($input.vars.word == "secret") {
        precondition (false) { error_type = "accessdenied" error = "Not this word" }
      }
    }
  }
  response = {word: $input.vars.word|to_upper, unknown: 1}
}
---
middleware "stamp" {
  stack {
    var $result { value = $input.vars.result }
  }
  response = {stamped: $input.type, was: $result}
}
---
middleware "instead" {
  response_strategy = "replace"
  response = 7
}
---
middleware "quiet" {
  exception_policy = "silent"
  stack {
    throw { name = "x" value = "nobody hears this" }
  }
}
---
middleware "strict" {
  exception_policy = "critical"
  stack {
    throw { name = "x" value = "no more" }
  }
}
"""
FUNCTION = """function "say" {
  input {
    text word
  }
  stack {
  }
  response = {word: $input.word}
  middleware = ATTACHED
}
---
function "calls" {
  input {
    text word
  }
  stack {
    RUN
  }
  response = $said
}
"""
RUN = 'function.run "say" { input = {word: $input.word} } as $said'
APART = 'function.run "say" { input = {word: $input.word} async = true } as $job\n    await $job as $said'
CAUGHT = f"""try_catch {{
      try {{
        {RUN}
      }}
      catch {{
        var $said {{ value = $error.message }}
      }}
    }}"""


def said(attached, word="hi", run=RUN, env=None):
    folder = load_text(FUNCTION.replace("ATTACHED", attached).replace("RUN", run) + MIDDLEWARE, "a.xs")
    project = Project(folder)
    assert project.errors == []
    result = project.call("calls", {"word": word}, world=memory_world(env=env or {}))
    return result.error.message if result.error else result.value


@pytest.mark.parametrize("run", [RUN, APART, CAUGHT])
@pytest.mark.parametrize(
    ("attached", "value"),
    [
        ("{}", {"word": "hi"}),
        ('{pre: [{name: "louder"}]}', {"word": "HI"}),
        ('{pre: [{name: "louder", active: false}]}', {"word": "hi"}),
        ('{post: [{name: "stamp"}]}', {"word": "hi", "stamped": "post", "was": {"word": "hi"}}),
        ('{pre: ["louder"], post: ["instead"]}', 7),
        ('{pre: ["quiet", "louder"], post: ["quiet"]}', {"word": "HI"}),
    ],
)
def test_middleware_runs_around_a_function(attached, value, run):
    assert said(attached, run=run) == value


@pytest.mark.parametrize("attached", ['{pre: ["louder"]}', '{pre: ["louder"], post: ["stamp"]}'])
def test_a_middleware_may_refuse(attached):
    assert said(attached, "secret") == "Not this word"
    assert said(attached, "secret", CAUGHT) == "Not this word"
    assert said(attached, "secret", APART)["message"] == "Not this word"


def test_what_a_critical_middleware_throws_ends_the_call():
    assert said('{pre: ["strict"], post: ["instead"]}') == "no more"
    assert said('{pre: ["strict"], post: ["instead"]}', run=CAUGHT) == "no more"


def test_a_function_alone_runs_without_its_middleware():
    project = Project(
        load_text(FUNCTION.replace("ATTACHED", '{pre: ["louder"]}').replace("RUN", RUN) + MIDDLEWARE, "a")
    )
    assert project.call("say", {"word": "hi"}, world=memory_world()).value == {"word": "hi"}


def test_a_middleware_that_calls_its_function_ends_by_the_limit_of_calls():
    text = FUNCTION.replace("ATTACHED", '{pre: ["again"]}').replace("RUN", RUN)
    again = 'middleware "again" {\n  stack {\n    function.run "calls" { input = {word: "x"} } as $said\n  }\n}\n'
    result = Project(load_text(f"{text}---\n{again}", "a")).call("calls", {"word": "hi"}, world=memory_world())
    assert result.error.message == "Maximum call depth exceeded."


SECRETIVE = """
---
function "hidden" {
  input {
    text word
  }
  stack {
    function.run "say" { input = {word: $env.key} } as $said
  }
  response = [$said.made, $said.word|to_lower]
}
---
middleware "encoding" {
  response = {made: ($input.vars.result.word ?? $input.vars.word)|base64_encode}
}
---
middleware "turning" {
  response = {word: $input.vars.word|split:""|reverse|join:""}
}
"""


@pytest.mark.parametrize("attached", ['{post: ["encoding"]}', '{pre: ["turning"], post: ["encoding"]}'])
def test_what_a_middleware_makes_of_a_secret_is_hidden(attached):
    env = {"key": "u+JzQ8fk3Lmn0pQr/7"}
    masker = Masker()
    masker.add(env.values(), "key")
    text = FUNCTION.replace("ATTACHED", attached).replace("RUN", RUN) + MIDDLEWARE + SECRETIVE
    result = Project(load_text(text, "a")).call("hidden", {"word": "x"}, env=env, world=memory_world(secrets=masker))
    assert masker.value(result.value) == ["***", "***"]

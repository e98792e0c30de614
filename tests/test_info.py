"""What ``info`` says of a folder: variables and where they are read, hosts and the secrets they may get, reach."""

import json

import pytest

from xsrun.api import Project
from xsrun.cli.start import main
from xsrun.info import describe
from xsrun.project import load_text

HEAD = 'run.job "J" {\n  main = {name: "main", input: {site: "acme"}}\n  env = ["KEY", "URL", "IDLE"]\n}\n---\n'


def described(*functions: str, head: str = HEAD) -> dict:
    return describe(load_text(head + "\n---\n".join(functions), "run.xs"))


def main_function(stack: str, inputs: str = "", response: str = "null") -> str:
    return f'function "main" {{\n  input {{\n{inputs}\n  }}\n  stack {{\n{stack}\n  }}\n  response = {response}\n}}'


def hosts(*functions: str) -> dict[str, tuple[list[str], list[str]]]:
    """Secrets, and where an unnamed host comes from, by host."""
    found = described(*functions)["hosts"]
    return {each["host"] or "?": (each["secrets"], each["from"]) for each in found}


def request(url: str, further: str = "") -> str:
    return f'    api.request {{\n      url = {url}\n      method = "POST"\n{further}\n    }} as $answer\n'


ADDRESSES = {
    '"https://api.x.test/v1"': {"api.x.test": ([], [])},
    '"https://api.x.test/v1?k=" ~ $env.KEY': {"api.x.test": (["KEY"], [])},
    '"https://" ~ $input.site ~ ".x.test/"': {"*.x.test": ([], []), "acme.x.test": ([], [])},
    "$env.URL": {"?": (["URL"], ["$env.URL"])},
    '$env["URL"] ~ "/v1/" ~ $input.site': {"?": (["URL"], ["$env.URL"])},
    '($env.URL|rtrim:"/") ~ "/v1"': {"?": (["URL"], ["$env.URL"])},
    '($env.URL ?? "https://api.x.test") ~ "/v1"': {"?": (["URL"], ["$env.URL"]), "api.x.test": (["URL"], [])},
    '"https://" ~ $env.URL ~ "/v1"': {"?": (["URL"], ["$env.URL"])},
    '"https://%s.x.test"|sprintf:$input.site': {"*.x.test": ([], [])},
    "$input.site": {"?": ([], ["$input.site"])},
}


@pytest.mark.parametrize(("url", "expected"), ADDRESSES.items())
def test_the_host_of_an_address(url, expected):
    assert hosts(main_function(request(url), "    text site")) == expected


CARRIED = request('"https://x.test"', "      params = $k")

PATHS = {
    "a header": request('"https://x.test"', '      headers = ["Authorization: " ~ $env.KEY]'),
    "the body": request('"https://x.test"', "      params = {nested: [{deep: $env.KEY}]}"),
    "a variable": "    var $k { value = $env.KEY }\n" + CARRIED,
    "a variable by its long name": "    var $k { value = $env.KEY }\n" + CARRIED.replace("$k", "$var.k"),
    "all variables": "    var $k { value = $env.KEY }\n" + request('"https://x.test"', "      params = $var"),
    "a part of a variable": "    var $h { value = {} }\n    var.update $h.auth.key { value = $env.KEY }\n"
    + request('"https://x.test"', "      params = $h"),
    "an update in place": "    var $h { value = [] }\n    array.push $h { value = $env.KEY }\n"
    + request('"https://x.test"', "      headers = $h"),
    "a filter": "    var $k { value = $env.KEY|base64_encode|concat:\"!\" }\n" + CARRIED,
    "an argument of a filter": '    var $k { value = {}|set:"k":$env.KEY }\n'
    + CARRIED,
    "a loop": "    foreach ([$env.KEY]) {\n      each as $k {\n" + CARRIED + "}\n}",
    "a branch": "    var $k { value = null }\n    conditional {\n      if ($k == null) {\n"
    "        var.update $k { value = $env.KEY }\n      }\n    }\n" + CARRIED,
    "an error": '    try_catch {\n      try {\n        throw { name = "E" value = $env.KEY }\n      }\n      catch {\n'
    + request('"https://x.test"', "      params = $error.message")
    + "}\n}",
    "the whole environment": "    util.get_env as $all\n" + request('"https://x.test"', "      params = $all"),
    "a lambda": '    api.lambda { code = "return $env.KEY" } as $k\n' + CARRIED,
    "a stored file": '    storage.append_file { pathname = "k" data = $env.KEY }\n'
    '    storage.read_file_resource { value = {path: "k"} } as $k\n' + CARRIED,
    "a statement in between": "    security.jws_encode {\n      claims = {a: 1}\n      key = $env.KEY\n    } as $k\n"
    + CARRIED,
}  # fmt: skip


@pytest.mark.parametrize("stack", PATHS.values(), ids=PATHS.keys())
def test_a_secret_is_followed_through(stack):
    (secrets, _) = hosts(main_function(stack))["x.test"]
    assert "KEY" in secrets


def test_a_folder_without_jobs_is_described(tmp_path, capsys):
    (tmp_path / "functions").mkdir()
    text = main_function(request('"https://api.example.com/" ~ $env.KEY'))
    (tmp_path / "functions" / "main.xs").write_text(text)
    assert main(["info", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "talks to   api.example.com  may get KEY" in said
    assert "never called" not in said


def test_a_secret_is_followed_through_calls_both_ways():
    send = 'function "send" {\n  input {\n    text url\n    text key\n  }\n  stack {\n'
    send += request("$input.url", "      headers = [$input.key]") + "  }\n  response = null\n}"
    token = 'function "token" {\n  input {\n    text raw\n  }\n  stack {}\n  response = "Bearer " ~ $input.raw\n}'
    calls = (
        '    function.run "token" { input = {raw: $env.KEY} } as $token\n'
        '    function.run "send" { input = {url: "https://a.test/x", key: $token} } as $x\n'
        '    function.run "send" { input = {url: "https://b.test/" ~ $env.URL, key: "none"} } as $y\n'
    )
    assert hosts(main_function(calls), send, token) == {"a.test": (["KEY", "URL"], []), "b.test": (["KEY", "URL"], [])}


def test_an_address_is_found_in_an_object_and_in_a_result():
    config = 'function "config" {\n  input {}\n  stack {}\n  response = {base: "https://c.test", key: $env.KEY}\n}'
    stack = '    function.run "config" as $config\n' + request('$config.base ~ "/v1"')
    assert list(hosts(main_function(stack), config)) == ["c.test"]


def test_what_does_not_reach_a_host_is_not_said_to():
    stack = "    var $k { value = $env.KEY }\n    debug.log { value = $k }\n" + request('"https://x.test"')
    assert hosts(main_function(stack)) == {"x.test": ([], [])}


def test_what_a_job_gives_a_sensitive_input_does_not_show():
    inputs = "text site { sensitive = true }\n    text other?"
    (found,) = described(main_function("", inputs))["jobs"]
    assert found["inputs"][0] == {"name": "site", "type": "text", "required": False, "sensitive": True, "value": "***"}


def test_a_sensitive_input_counts_as_a_secret():
    stack = request('"https://x.test"', "      params = $input.token")
    assert hosts(main_function(stack, "    password token?"))["x.test"][0] == ["$input.token"]


def test_variables_and_where_they_are_read():
    found = described(main_function("    var $a { value = [$env.KEY, $env.OTHER, $env.KEY] }"))["env"]
    places = ["run.xs:11:23", "run.xs:11:45"]
    assert found == [
        {"name": "IDLE", "declared": True, "places": []},
        {"name": "KEY", "declared": True, "places": places},
        {"name": "OTHER", "declared": False, "places": ["run.xs:11:33"]},
        {"name": "URL", "declared": True, "places": []},
    ]


def test_a_variable_is_read_where_check_says_too():
    folder = load_text(HEAD + main_function("", response='"x" ~ $env.NEW'), "run.xs")
    (warning,) = (each for each in Project(folder).diagnostics if each.code == "undeclared-env")
    (place,) = next(each["places"] for each in describe(folder)["env"] if each["name"] == "NEW")
    assert warning.message == f"`$env.NEW` is read at {place}, and no job declares it"


def test_what_no_job_reaches_is_marked_and_left_out():
    called = 'function "called" {\n  input {}\n  stack {}\n  response = $env.KEY\n}'
    idle = f'function "idle" {{\n  input {{}}\n  stack {{\n{request("$env.IDLE")}  }}\n  response = null\n}}'
    found = described(main_function('    function.run "called" as $x'), called, idle)
    assert [(each["name"], each["reachable"], each["calls"]) for each in found["functions"]] == [
        ("called", True, []), ("idle", False, []), ("main", True, ["called"]),
    ]  # fmt: skip
    assert found["hosts"] == []
    assert [each["name"] for each in found["env"] if each["places"]] == ["KEY"]


def test_without_a_job_everything_counts():
    found = described(main_function(request('"https://x.test"')), head="")
    assert [each["host"] for each in found["hosts"]] == ["x.test"]
    assert found["functions"][0]["reachable"] is True


def test_tests_mocks_and_what_is_disabled_talk_to_nobody():
    text = main_function("    !" + request('"https://off.test"').strip() + "\n").removesuffix("}")
    text += '  test "t" {\n    expect.to_equal ($response) { value = $env.KEY }\n  }\n}'
    found = described(text)
    assert found["hosts"] == []
    assert all(not each["places"] for each in found["env"])


def test_what_does_not_run_here_is_named():
    found = described(main_function("    mcp.elicit {} as $r"))["not_local"]
    assert [(each["statement"], each["places"]) for each in found] == [("mcp.elicit", ["run.xs:11:5"])]


def test_functions_that_call_each_other_come_to_an_end():
    ping = 'function "ping" {\n  input {\n    text a\n  }\n  stack {\n'
    ping += '    function.run "pong" { input = {a: $input.a} } as $r\n'
    pong = ping.replace("ping", "p").replace("pong", "ping").replace('"p"', '"pong"')
    tail = request("$input.a") + "  }\n  response = $r\n}"
    start = '    function.run "ping" { input = {a: $env.URL} } as $x'
    assert hosts(main_function(start), ping + tail, pong + tail) == {"?": (["URL"], ["$env.URL"])}


def test_the_command_says_it_to_people_and_machines(tmp_path, capsys):
    (tmp_path / "run.xs").write_text(
        HEAD + main_function(request('"https://x.test"', "      params = $env.KEY")), "utf-8"
    )
    assert main(["info", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "  talks to   x.test  may get KEY  (run.xs:11:5)\n" in shown
    assert "  needs      IDLE  never read\n" in shown
    assert main(["info", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"jobs", "env", "hosts", "named_hosts", "functions", "tables", "not_local"} == set(found)

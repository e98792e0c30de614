"""Which hosts a source names, and which hosts a pattern means."""

import pytest

from xsrun.compile.hosts import hosts
from xsrun.exchange.hosts import is_pattern, matches, named
from xsrun.project import load_text

NAMED = {
    'url = "https://api.x.test/v2"': "api.x.test",
    'url = "HTTPS is no address"': "",
    'url = "see https://docs.x.test"': "",
    'url = "https://" ~ $input.a ~ ".zendesk.com/api/v2"': "*.zendesk.com",
    'url = "https://" ~ ($input.a|url_encode) ~ "-eu.api.x.test"': "*-eu.api.x.test",
    'url = "https://%s.zendesk.com/api"|sprintf:$input.a': "*.zendesk.com",
    'url = "https://{site}.x.test:8443/"|replace:"{site}":$input.a': "*.x.test",
    'url = "https://x" ~ $input.a ~ "example.com/"': "",
    'url = "https://" ~ $input.a ~ ".com/"': "",
    'url = "https://" ~ $input.a': "",
    'url = "https://api." ~ $input.a': "",
    'url = "https://api.x.test" ~ $input.a': "api.x.test",
    'url = "http://localhost:" ~ $input.a ~ "/"': "localhost",
    'url = "https://me:" ~ $env.key ~ "@x.test:8080/"': "x.test",
    'url = "http://[::1]:80/"': "::1",
    'url = ($input.a == "eu") ? "https://eu.x.test" : "https://us.x.test"': "eu.x.test us.x.test",
    'url = "https://" ~ (($input.a == "eu") ? "eu" : "us") ~ ".x.test/"': "eu.x.test us.x.test",
    'url = "https://" ~ ($input.a ?? "api.x.test")': "api.x.test",
    'url = "https://" ~ $host ~ "/p"': "a.x.test b.x.test",
    'url = "https://*.com"': "",
    'url = $input.a\n mock = {"t": "https://mock.test"}': "",
}


@pytest.mark.parametrize(("attribute", "found"), NAMED.items())
def test_hosts_that_a_source_names(attribute: str, found: str) -> None:
    text = (
        'function f {\n description = "https://docs.x.test"\n input {\n text a\n }\n stack {\n'
        + (
            'var $host { value = "a.x.test" }\n var.update $host { value = "b.x.test" }\n'
            if "$host" in attribute
            else ""
        )
        + f"api.request {{\n {attribute}\n }} as $r\n }}\n response = null\n"
        ' test "t" {\n expect.to_equal ($response) { value = "https://tested.test" }\n }\n}'
    )
    assert hosts(load_text(text, "f.xs")) == tuple(found.split())


def test_a_default_of_an_input_names_a_host() -> None:
    text = 'function f {\n input {\n text base?="https://api.x.test"\n }\n stack {}\n response = null\n}'
    assert hosts(load_text(text, "f.xs")) == ("api.x.test",)


def test_a_text_of_thousands_of_parts_is_followed_or_left() -> None:
    parts = " ~ ".join(['"https://x.test/"', *['"a"'] * 5000])
    text = f"function f {{\n stack {{\n var $a {{ value = {parts} }}\n }}\n response = null\n}}"
    assert hosts(load_text(text, "f.xs")) in ((), ("x.test",))


@pytest.mark.parametrize(
    ("host", "pattern", "fits"),
    [
        ("x.test", "x.test", True),
        ("a.x.test", "x.test", False),
        ("a.x.test", "*.x.test", True),
        ("a.b.x.test", "*.x.test", True),
        ("x.test", "*.x.test", False),
        ("evilx.test", "*.x.test", False),
        ("api-eu.x.test", "api-*.x.test", True),
        ("a.xxtest", "*.x.test", False),
    ],
)
def test_what_a_pattern_means(host: str, pattern: str, fits: bool) -> None:
    assert matches(host, [pattern]) is fits


@pytest.mark.parametrize("text", ["*", "*.com", "a.*", "*x.test", "", ".x.test", "x.test/", "a b", "x.test."])
def test_what_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://Hooks.X.test/a/b?c=https://y.test", "hooks.x.test"),
        ("http://u:p@127.0.0.1:8080", "127.0.0.1"),
        ("acme.atlassian.net", "acme.atlassian.net"),
        ("u+JzQ8.secret key", ""),
        ("SG.0a_b.c1", ""),
        ("production", ""),
    ],
)
def test_the_host_that_a_value_names(text: str, host: str) -> None:
    assert named(text) == host

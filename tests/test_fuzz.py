"""A short run of the fuzzer, the same every time; ``python tests/fuzz.py`` goes on for as long as wanted."""

import pytest
from fuzz import bug_of, fuzz, programs


@pytest.mark.long
def test_broken_programs_fail_like_any_other():
    tried, bugs = fuzz(programs([]), seed=1, keep_on=lambda tried: tried < 3_000)
    assert tried == 3_000
    assert not bugs, "\n\n".join(f"{bug.place}: {bug.message}\n{bug.text}" for bug in bugs.values())


@pytest.mark.parametrize(
    "text",
    [
        "var value={a{\n      }",
        "function{stack{var$var.x.a{value=}{$x}}}",
        "function {input{}stack{foreach()if(}}",
    ],
)
def test_what_was_found_stays_mended(text):
    assert bug_of(text) is None

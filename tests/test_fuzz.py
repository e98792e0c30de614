"""A short run of the fuzzer, the same every time; ``python tests/fuzz.py`` goes on for as long as wanted."""

from fuzz import fuzz, programs


def test_broken_programs_fail_like_any_other():
    tried, bugs = fuzz(programs([]), seed=1, keep_on=lambda tried: tried < 400)
    assert tried == 400
    assert not bugs, "\n\n".join(f"{bug.place}\n{bug.text}" for bug in bugs.values())

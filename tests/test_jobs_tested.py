"""How well the shipped jobs and templates are tested: what they notice, and of jobs what they do not reach.

The latter stands in their READMEs.

``XSRUN_REGENERATE=1`` rewrites the READMEs.
"""

import os
import re
from pathlib import Path

import pytest

from xsrun.templates import TEMPLATES
from xsrun.testing.coverage import coverage, not_reached, percent, shown_percent
from xsrun.testing.mutation import line, trials, verdicts
from xsrun.testing.mutation import percent as noticed
from xsrun.testing.suite import Suite

JOBS = sorted(folder for folder in (Path(__file__).parent.parent / "jobs").iterdir() if folder.is_dir())
PART = re.compile(r"<!-- tested -->\n.*?<!-- /tested -->\n", re.DOTALL)
LEAST = 90


def ran(suite):
    return [(item, item.run()) for item in suite.items]


def part(suite):
    """What a README says of the tests of its job."""
    files = coverage(suite.marks, (number for _, outcome in ran(suite) for number in outcome.reached))
    missing = [f"- `{each.source.name}`: {', '.join(found)}" for each in files if (found := [*not_reached(each)])]
    told = f"The tests reach {shown_percent(percent(files))} % of lines and branches"
    lines = [f"{told}; what they do not, by line:", "", *missing] if missing else [f"{told}."]
    return "\n".join(["<!-- tested -->", *lines, "<!-- /tested -->", ""])


@pytest.mark.parametrize("folder", JOBS, ids=lambda folder: folder.name)
def test_the_readme_says_what_the_tests_do_not_reach(folder):
    readme = folder / "README.md"
    text, current = readme.read_text(encoding="utf-8"), part(Suite(str(folder)))
    if os.environ.get("XSRUN_REGENERATE"):
        readme.write_text(PART.sub(lambda _: current, text), encoding="utf-8")
        return
    assert PART.findall(text) == [current]


def firsts():
    """Every job with the functions that no smaller job has: there the fewest tests are run for each fault.

    Then every template with those that no job has.
    """
    seen = set()
    by_size = sorted(JOBS, key=lambda folder: (len([*folder.glob("function/*.xs")]), folder.name))
    for folder in (*by_size, *(each.home for each in TEMPLATES.values())):
        texts = {path: path.read_text(encoding="utf-8") for path in sorted((folder / "function").glob("*.xs"))}
        new = [path for path, text in texts.items() if text not in seen]
        if new:
            yield folder, new
        seen.update(texts.values())


@pytest.mark.long
@pytest.mark.parametrize(("folder", "files"), [*firsts()], ids=lambda value: getattr(value, "name", ""))
def test_the_tests_notice_most_faults(folder, files):
    suite = Suite(str(folder))
    outcomes = ran(suite)
    tried = [each for file in files for each in trials(suite, outcomes, str(file))]
    judged = [*verdicts(tried, 2)]
    survived = "\n".join(line(each) for each in judged if each.status != "killed")
    assert noticed(judged) >= LEAST, survived

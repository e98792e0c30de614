"""No false alarm on job folders that others wrote: ``XSRUN_CORPUS`` names a folder of them.

The one at hand is a public repository of generated jobs, 536 folders. What is listed here is truly wrong in it.
"""

import os
from pathlib import Path

import pytest

import xsrun
from xsrun.cli.find import homes_below
from xsrun.reports import report

CORPUS = os.environ.get("XSRUN_CORPUS", "")
WRONG = {
    "activity-selection": {"filter-needs-parentheses"},
    "candy": {"missing-name", "missing-equals"},
    "counting-sort": {"filter-needs-parentheses"},
    "design-circular-queue": {"syntax"},
    "graph-bipartite": {"missing-argument"},
    "pacific-atlantic-water-flow": {"missing-argument"},
    "string-compression": {"filter-needs-parentheses"},
    "triangle": {"filter-needs-parentheses"},
}
"""Folders with errors, and the codes of these."""


@pytest.mark.skipif(not CORPUS, reason="XSRUN_CORPUS names no folder")
def test_only_what_is_wrong_is_an_error():
    found = {Path(home).name: xsrun.load(home) for home in homes_below(CORPUS)}
    assert found
    wrong = {name: {each.code for each in project.errors} for name, project in found.items() if project.errors}
    assert {
        name: codes - WRONG.get(name, set()) for name, codes in wrong.items() if codes - WRONG.get(name, set())
    } == {}


@pytest.mark.skipif(not CORPUS, reason="XSRUN_CORPUS names no folder")
@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_every_report_can_be_made(form):
    for home in homes_below(CORPUS):
        assert report(form, xsrun.load(home).diagnostics) is not None

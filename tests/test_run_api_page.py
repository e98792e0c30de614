"""Every example of the page on the Run API, in its order, against a server with the job that it names."""

import json
import re
import shutil
from pathlib import Path

import pytest
from served import run_api

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "run-api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```http\n(.*?)```\n\n```json\n(.*?)```", PAGE, re.DOTALL)
ANY = "…"


def fits(shown, found):
    """Whether an answer has all that is shown of it."""
    if isinstance(shown, dict) and isinstance(found, dict):
        return all(name in found and fits(value, found[name]) for name, value in shown.items())
    if isinstance(shown, list) and isinstance(found, list):
        return len(shown) == len(found) and all(map(fits, shown, found))
    return shown in (ANY, found)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(ROOT / "jobs" / "pagerduty-create-incident", folder / "jobs" / "pagerduty-create-incident")
    with run_api(folder, "--simulate", "--allow-doc") as (client, _):
        yield client


def test_the_examples_give_what_they_show(api):
    known = {"SESSION": "", "RUN": ""}
    assert len(EXAMPLES) > 10
    for asked, shown in EXAMPLES:
        first, *lines = asked.strip().splitlines()
        method, address = first.split()
        for name, value in known.items():
            address = re.sub(rf"\b{name}\b", value, address)
        headers = dict(line.split(": ", 1) for line in lines if not line.startswith("{"))
        body = next((line for line in lines if line.startswith("{")), "")
        found = api.request(method, address.removeprefix("/api:run"), content=body, headers=headers).json()
        assert fits(json.loads(shown), found), (asked, found)
        if isinstance(found, dict) and "session_id" in found:
            known = {"SESSION": found["session_id"], "RUN": found["run"]["id"]}

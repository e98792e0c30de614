"""A service whose users sign up, log in and see what is theirs: over real sockets, on SQLite and PostgreSQL."""

import json
import subprocess

import pytest
from databases import ENGINES
from served import serving
from test_serve import SERVICES

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module", params=ENGINES)
def ask(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("service") / "notes"
    subprocess.run(["cp", "-r", str(SERVICES / "notes"), str(folder)], check=True)
    database = ["--db", request.getfixturevalue("server").fresh()] if request.param == "postgresql" else []
    with serving(str(folder), *database) as (_, client, _process):
        yield client


def signed_up(ask, email):
    answer = ask.post("/api:notes/signup", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["user"]) == {"id", "created_at", "email", "role"}, "no password shows"
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_who_signs_up_and_logs_in_is_known(ask):
    signed_up(ask, "Ada@Example.com")
    wrong = {"email": "ada@example.com", "password": "wrong horse"}
    refused = [ask.post("/api:notes/login", json=each) for each in (wrong, {**wrong, "email": "nobody@example.com"})]
    assert {(each.status_code, each.json()["message"]) for each in refused} == {(403, "Wrong e-mail or password")}
    token = ask.post("/api:notes/login", json={"email": "ada@example.com", "password": PASSWORD}).json()["token"]
    me = ask.get("/api:notes/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["user"]["email"], me["role"]) == ("ada@example.com", "member")
    assert "password" not in me["user"]


def test_the_same_address_signs_up_once(ask):
    signed_up(ask, "twice@example.com")
    again = ask.post("/api:notes/signup", json={"email": "twice@example.com", "password": PASSWORD})
    assert (again.status_code, again.json()["message"]) == (
        500,
        "Duplicate record detected. Please check your table's unique indexes: email",
    )


def test_a_password_that_its_column_refuses(ask):
    answer = ask.post("/api:notes/signup", json={"email": "short@example.com", "password": "short"})
    assert (answer.status_code, answer.json()["payload"]) == (400, {"param": "password"})


def test_everybody_sees_their_own_rows_only(ask):
    ann, bob = signed_up(ask, "ann@example.com"), signed_up(ask, "bob@example.com")
    mine = [ask.post("/api:notes/notes", json={"text": f"note {at}"}, headers=ann).json() for at in range(3)]
    page = ask.get("/api:notes/notes", headers=ann).json()
    assert [each["text"] for each in page["items"]] == ["note 2", "note 1"]
    assert (page["itemsTotal"], page["pageTotal"], page["nextPage"]) == (3, 2, 2)
    found = ask.get("/api:notes/notes?search=NOTE%201&page=1", headers=ann).json()
    assert [each["text"] for each in found["items"]] == ["note 1"]
    assert ask.get("/api:notes/notes?search=%25", headers=ann).json()["items"] == [], "a wildcard is a letter here"
    assert ask.get("/api:notes/notes", headers=bob).json()["items"] == []
    one = f"/api:notes/notes/{mine[0]['id']}"
    assert ask.get(one, headers=ann).json() == mine[0]
    assert (ask.get(one, headers=bob).status_code, ask.get(one).status_code) == (404, 401)


def test_a_token_counts_for_the_table_it_is_of(ask):
    token = ask.post("/api:notes/robot/token").json()["token"]
    answer = ask.get("/api:notes/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")


def test_a_query_called_in_place_knows_who_asks(ask):
    ann = signed_up(ask, "inside@example.com")
    ask.post("/api:notes/notes", json={"text": "inside"}, headers=ann)
    token = ann["Authorization"].removeprefix("Bearer ")
    found = ask.get("/api:notes/inside", params={"token": token}).json()
    assert [each["text"] for each in found["items"]] == ["inside"]
    robot = ask.post("/api:notes/robot/token").json()["token"]
    refused = ask.get("/api:notes/inside", params={"token": robot}).json()
    assert refused["code"] == "ERROR_CODE_UNAUTHORIZED"
    assert json.dumps(refused).find(robot) == -1

"""What scripts cannot reach in `security`: stored hashes, the key of user tokens, a missing package."""

from __future__ import annotations

import pytest

from xsrun import extras
from xsrun.builtins.statements import security
from xsrun.crypto import passwords, tokens
from xsrun.data.opening import fresh
from xsrun.data.tables import Table
from xsrun.diagnostics import Fault
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import NO_DATABASE
from xsrun.types.fields import Field

KEY = "a long random text for tests"
USERS = Table("user", (Field("id", "int"),), auth=True)
THINGS = Table("thing", (Field("id", "int"),))


def world_with_users():
    return memory_world(env={security.AUTH_KEY: KEY}, database=fresh((USERS, THINGS)))


def test_a_stored_hash_knows_its_password():
    stored = passwords.hash_password("pässword", b"s" * passwords.SALT_SIZE)
    assert passwords.is_hash(stored)
    assert security.check_password(text_password="pässword", hash_password=stored)
    assert not security.check_password(text_password="password", hash_password=stored)
    assert stored != passwords.hash_password("pässword", b"t" * passwords.SALT_SIZE)


@pytest.mark.parametrize("stored", ["", "plain", passwords.PREFIX, passwords.PREFIX + "!$!", "$2y$10$abc"])
def test_no_password_fits_what_is_no_hash(stored: str):
    assert not security.check_password(text_password="plain", hash_password=stored)


def test_a_user_token_holds_table_id_and_extras():
    world = world_with_users()
    token = security.create_auth_token(world, table="user", id=7, extras={"role": "admin"}, expiration=60)
    claims = tokens.jws_decode(token, {"table": "user"}, KEY, security.AUTH_ALGORITHM, 0, world.clock)
    assert (claims["id"], claims["extras"], claims["exp"] - claims["iat"]) == (7, {"role": "admin"}, 60)
    world.clock.sleep(61)
    with pytest.raises(Fault, match="expired"):
        tokens.jws_decode(token, {}, KEY, security.AUTH_ALGORITHM, 0, world.clock)


def test_a_user_token_may_last_for_ever():
    world = world_with_users()
    token = security.create_auth_token(world, table="user", id="a-uuid", expiration=0)
    assert "exp" not in tokens.jws_decode(token, {}, KEY, security.AUTH_ALGORITHM, 0, world.clock)


def test_a_user_token_is_of_a_table_of_users():
    world = world_with_users()
    for table, message in (
        ("thing", "The table thing does not hold users."),
        ("nobody", "Table does not exist: nobody"),
    ):
        with pytest.raises(Fault) as caught:
            security.create_auth_token(world, table=table, id=7)
        assert caught.value.message == message
    with pytest.raises(Fault) as caught:
        security.create_auth_token(world._replace(database=NO_DATABASE), table="user", id=7)
    assert caught.value.message == "Table does not exist: user"


def test_a_token_of_other_users_is_refused():
    world = world_with_users()
    token = security.create_auth_token(world, table="user", id=7)
    assert security.logged_in(world, token, table="user")["id"] == 7
    with pytest.raises(Fault) as caught:
        security.logged_in(world, token, table="admin")
    assert (caught.value.code, caught.value.message) == ("unauthorized", "The token is none of the table admin.")


def test_a_seed_repeats_passwords_and_curve_keys():
    assert security.create_password(memory_world()) == security.create_password(memory_world())
    assert security.create_curve_key(memory_world()) == security.create_curve_key(memory_world())


def test_a_missing_package_names_what_to_install():
    with pytest.raises(Fault, match="needs the package no_such_package") as caught:
        extras.load("no_such_package.part", extra="crypto", needed_by="security.x")
    assert (caught.value.code, caught.value.help) == ("missing-extra", "pip install 'xsrun[crypto]'")

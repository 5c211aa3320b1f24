"""What ends with a key of tokens or of pages that leaked, at a server with all its stores."""

from pathlib import Path

import pytest
from flask import Flask

from idp import keyring
from idp.keyring import Keyring, service
from tests import keys
from tests.actors import Person, Portal, portal
from tests.webface import csrf


def retire(folder: Path, kind: str) -> None:
    """End the key in force; another is made on the spot."""
    record = keys.Record()
    service.retire(keys.entry(folder, kind).kid, operator="test", record=record)
    assert [(event, detail["use"]) for event, detail in record] == [("key.retire", kind)]
    keyring.use(Keyring(folder))


@pytest.fixture
def office(keys_folder: Path) -> Portal:
    return portal("office", scopes=("openid", "profile", "offline_access"))


def test_what_a_token_key_sealed_is_nothing_from_now_on(
    app: Flask, keys_folder: Path, me: Person, office: Portal
) -> None:
    made = me.tokens(office)
    kept = me.tokens(office, scope="openid offline_access")
    retire(keys_folder, "token")
    for one in (made, kept):
        form = {"grant_type": "refresh_token", "refresh_token": one["refresh_token"]}
        answer = me.token(office, form)
        assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
        bearer = {"Authorization": f"Bearer {one['access_token']}"}
        assert me.get("/userinfo", headers=bearer).status_code == 401
    # Who is logged in stays so, and gets new ones.
    again = me.tokens(office)
    form = {"grant_type": "refresh_token", "refresh_token": again["refresh_token"]}
    assert me.token(office, form).status_code == 200


def test_a_form_of_before_a_new_web_key_changes_nothing_and_the_next_one_does(
    app: Flask, keys_folder: Path, stranger: Person, office: Portal
) -> None:
    path = stranger.authorize(office).location
    typed = {"step": "identifier", "identifier": "010101198504123013"}
    old = csrf(stranger.get(path).text)
    retire(keys_folder, "web")
    assert stranger.post(path, {"csrf_token": old, **typed}).status_code == 403
    assert 'name="identifier"' in stranger.get(path).text
    new = csrf(stranger.get(path).text)
    assert stranger.post(path, {"csrf_token": new, **typed}).status_code == 303
    assert 'name="password"' in stranger.get(path).text

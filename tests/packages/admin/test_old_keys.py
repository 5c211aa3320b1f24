"""Who still needs an old key: noted when something is presented, shown with the next step, free otherwise."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from joserfc import jwe
from joserfc.jwk import ECKey

from idp import audit, keyring, settings
from idp.base.errors import Unavailable
from idp.keyring import commands as key_commands
from idp.keyring import marker, service, usage
from idp.keyring.usage import Use, met, uses
from idp.store import redis
from tests import keys
from tests.actors import Person, Portal, citizen, portal
from tests.conftest import MovableClock
from tests.officers import PROVINCE, Officer, grow_tree
from tests.programs import program
from tests.signing import signing_portal


@pytest.fixture(autouse=True)
def own_keys(app: Flask, stores: None, tmp_path: Path) -> Iterator[None]:
    """Keys that nobody else uses; a successor takes over at once."""
    usage.forget()
    with keys.of_server(tmp_path / "keys"):
        settings.use(settings.current().model_copy(update={"key_publish_lead": 0}))
        yield
    usage.forget()


@pytest.fixture
def visitor(app: Flask, own_keys: None) -> Person:
    person = Person(app)
    person.log_in(citizen())
    return person


def rotate(kind: str, time_travel: MovableClock) -> str:
    """Put a successor into use; the key that is old now."""
    standings = marker.standings(keyring.current().entries, 2**40, 0)
    (old,) = (one.entry.kid for one in standings if one.entry.kind == kind and one.state == "current")
    service.rotate(kind, operator="test", record=audit.record)
    time_travel.advance(2)
    return old


def needed(kid: str) -> set[tuple[str, str]]:
    return {(one.client_id, one.what) for one in uses(kid)}


def entered(visitor: Person, **changes: str) -> tuple[Portal, dict[str, str]]:
    tax = portal("tax")
    return tax, visitor.tokens(tax, scope="openid profile", **changes)


def test_tokens_of_before_a_rotation_tell_who_still_has_them(
    visitor: Person, time_travel: MovableClock
) -> None:
    tax, before = entered(visitor)
    signer, sealer = rotate("ES256", time_travel), rotate("token", time_travel)
    shown = {"Authorization": f"Bearer {before['access_token']}"}
    assert visitor.http.get("/userinfo", headers=shown, base_url=settings.current().issuer).status_code == 200
    assert needed(signer) == needed(sealer) == {("tax", "access_token")}
    form = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    after = visitor.token(tax, form).json or {}
    assert needed(sealer) == {("tax", "access_token"), ("tax", "refresh_token")}
    visitor.authorize(tax, id_token_hint=before["id_token"])
    assert needed(signer) == {("tax", "access_token"), ("tax", "id_token_hint")}
    for kid in (signer, sealer):
        redis.call("DEL", f"oldkey:{{{kid}}}")
    usage.forget()
    shown = {"Authorization": f"Bearer {after['access_token']}"}
    assert visitor.http.get("/userinfo", headers=shown, base_url=settings.current().issuer).status_code == 200
    assert visitor.token(tax, {**form, "refresh_token": after["refresh_token"]}).status_code == 200
    assert needed(signer) == needed(sealer) == set()


@pytest.mark.parametrize("named", [True, False])
def test_what_is_encrypted_to_an_old_key_of_ours_tells_who_sent_it(
    visitor: Person, time_travel: MovableClock, named: bool
) -> None:
    bank = signing_portal()
    visitor.code_for(bank)
    (key,) = (key for key in (visitor.get("/jwks").json or {})["keys"] if key["use"] == "enc")
    old = rotate("ECDH-ES", time_travel)
    assert old == key["kid"]
    registry = jwe.JWERegistry(algorithms=["ECDH-ES", "A128GCM"])
    header = {"alg": "ECDH-ES", "enc": "A128GCM"} | ({"kid": old} if named else {})
    for text, known in (
        ("nobody.signed.this", set()),
        (bank.object(), {(bank.client.client_id, "encryption")}),
    ):
        sent = jwe.encrypt_compact(header, text.encode(), ECKey.import_key(key), registry=registry)
        asked = {"client_id": bank.client.client_id, "redirect_uri": bank.redirect_uri, "request": sent}
        visitor.http.get("/authorize", query_string=asked, base_url=settings.current().issuer)
        assert needed(old) == known


def test_nothing_is_noted_of_what_nobody_of_ours_made(visitor: Person, time_travel: MovableClock) -> None:
    tax, before = entered(visitor)
    signer = rotate("ES256", time_travel)
    head, _, tail = before["access_token"].rpartition(".")
    forged = f"{head}.{'A' * len(tail)}"
    shown = {"Authorization": f"Bearer {forged}"}
    assert visitor.http.get("/userinfo", headers=shown, base_url=settings.current().issuer).status_code == 401
    visitor.authorize(tax, id_token_hint=before["id_token"][:-4] + "AAAA")
    assert needed(signer) == set()


def test_noting_is_paced_bounded_and_no_answer_depends_on_it(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = 0
    real = redis.pipeline

    def counted(*commands: tuple[object, ...]) -> list[object]:
        nonlocal trips
        trips += 1
        return real(*commands)

    monkeypatch.setattr(redis, "pipeline", counted)
    for _ in range(5):
        met("k1", "tax", "access_token")
        met(None, "tax", "access_token")
    assert trips == 1
    first = uses("k1")[0].seen_at
    time_travel.advance(600)
    met("k1", "tax", "access_token")
    assert uses("k1")[0].seen_at >= first + 600
    monkeypatch.setattr(usage, "MOST", 3)
    for number in range(6):
        time_travel.advance(1)
        met("k1", f"p{number}", "access_token")
    assert [one.client_id for one in uses("k1")] == ["p5", "p4", "p3"]
    assert usage.counts(["k1", "none"]) == {"k1": 3, "none": 0}

    def away(*_: object) -> list[object]:
        raise Unavailable("redis")

    monkeypatch.setattr(redis, "pipeline", away)
    met("k1", "late", "access_token")


def test_uses_come_page_by_page_whatever_they_share(time_travel: MovableClock) -> None:
    for number in range(5):
        met("k1", f"p{number}", "refresh_token")
        met("k1", f"p{number}", "access_token")
    seen: list[Use] = []
    while page := uses("k1", after=_behind(seen), most=3):
        seen += page
    assert len(seen) == 10
    assert {(one.client_id, one.what) for one in seen} == {
        (f"p{number}", what) for number in range(5) for what in ("access_token", "refresh_token")
    }


def _behind(seen: list[Use]) -> tuple[int, str, str] | None:
    return (seen[-1].seen_at, seen[-1].client_id, seen[-1].what) if seen else None


def test_officers_see_who_needs_an_old_key_and_what_comes_next(app: Flask, time_travel: MovableClock) -> None:
    officer = Officer(app, "system_administrator")
    old, sealer = rotate("ES256", time_travel), rotate("token", time_travel)
    officer.enter()
    assert officer.get("/admin/keys").text.count("没有应用在用") == 2
    assert "没有应用在用这把密钥，无需处理" in officer.get(f"/admin/keys/{old}").text
    assert f"idp keys retire {sealer}" in officer.get(f"/admin/keys/{sealer}").text
    portal("tax")
    met(old, "tax", "id_token_hint")
    for number in range(60):
        met(sealer, f"portal-{number:02}", "refresh_token")
    page = officer.get("/admin/keys").text
    assert f'href="/admin/keys/{old}"' in page
    assert "仍在使用：1项" in page
    page = officer.get(f"/admin/keys/{old}").text
    assert 'href="/admin/clients/tax"' in page
    assert "请该应用改用最近一次登录得到的ID令牌" in page
    assert 'id="end"' in page
    assert "Ask the service to use the ID token" in officer.get(f"/admin/keys/{old}?lang=en").text
    first = officer.get(f"/admin/keys/{sealer}?lang=zh").text
    later = first.partition("?after=")[2].partition('"')[0]
    second = officer.get(f"/admin/keys/{sealer}?after={later}").text
    shown = [sum(f"portal-{number:02}" in text for number in range(60)) for text in (first, second)]
    assert shown == [50, 10]
    for kid in ("none", keyring.active()["ES256"], keyring.active()["RS256"]):
        assert officer.get(f"/admin/keys/{kid}").status_code == 404
    assert (
        Officer(app, "system_administrator", division=PROVINCE).get(f"/admin/keys/{old}").status_code == 404
    )


def test_programs_and_operators_see_the_same(
    app: Flask, time_travel: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    grow_tree()
    old = rotate("ES256", time_travel)
    for number in range(3):
        met(old, f"portal-{number}", "id_token_hint")
    reader, seen, cursor = program(app, "admin:keys:read"), [], ""
    while True:
        page = reader.call("GET", f"/keys/{old}/uses?limit=2&cursor={cursor}").json or {}
        seen += [(one["client_id"], one["what"]) for one in page["uses"]]
        cursor = page["next"]
        if not cursor:
            break
    # The clock may strike between two of them: the latest come first.
    assert sorted(seen) == [(f"portal-{number}", "id_token_hint") for number in range(3)]
    for kid in ("none", keyring.active()["ES256"]):
        assert reader.call("GET", f"/keys/{kid}/uses").status_code == 404
    assert reader.call("GET", f"/keys/{old}/uses?cursor=WyJ4IiwieSIsInoiXQ").status_code == 400
    local = program(app, "admin:keys:read", division=PROVINCE)
    assert local.call("GET", f"/keys/{old}/uses").status_code == 404
    key_commands.list_uses.main([old], standalone_mode=False)
    assert capsys.readouterr().out.count("id_token_hint") == 3
    with pytest.raises(click.ClickException, match="there is no key none"):
        key_commands.list_uses.main(["none"], standalone_mode=False)

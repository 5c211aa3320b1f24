"""Attack book, group F: proofs of possession, shown twice, elsewhere, or with another key."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.base import clock
from idp.store import once
from tests import race, serving
from tests.actors import ISSUER, Person, Portal, portal
from tests.attacks.test_b_token import refusal
from tests.possession import Holder
from tests.records import nothing_changed, one_event
from tests.registrations import entry
from tests.site import Site
from tests.wire import Request


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of two processes."""
    folder: Path = tmp_path_factory.mktemp("proofs")
    kinds = ["authorization_code", "refresh_token"]
    with serving.running(folder, [entry(grant_types=kinds)], processes=2, hash_workers=1) as served:
        yield Site(served, folder)


def proof(site: Site, holder: Holder, path: str, method: str, **more: Any) -> str:
    return holder.proof(htu=site.served.issuer + path, htm=method, **more)


def bound(site: Site, holder: Holder) -> dict[str, Any]:
    """The tokens of a login, bound to the holder's key."""
    answer = site.post("/token", site.code(), DPoP=proof(site, holder, "/token", "POST"))
    assert answer.status == 200, answer.body
    return dict(json.loads(answer.body))


def test_f09_of_one_proof_shown_at_all_processes_at_once_one_is_good(site: Site) -> None:
    """Thirty-two requests to UserInfo, equal to the last byte; they meet inside the server."""
    holder = Holder()
    token = bound(site, holder)["access_token"]
    shown = {
        "Authorization": f"DPoP {token}",
        "DPoP": proof(site, holder, "/userinfo", "GET", token=token),
    }
    # The last byte is held back: a request by GET has none to hold, so its head ends late.
    request = Request(url=site.served.issuer + "/userinfo", headers=shown)
    statuses = sorted(answer.status for answer in race.fire([request] * 32))
    assert statuses == [200] + [401] * 31


def test_f09_the_same_at_the_token_endpoint(site: Site) -> None:
    holder = Holder()
    tokens = [bound(site, holder)["refresh_token"] for _ in range(8)]
    shown = proof(site, holder, "/token", "POST")
    forms = [{"grant_type": "refresh_token", "refresh_token": token} for token in tokens]
    answers = race.fire([site.form("/token", form, DPoP=shown) for form in forms])
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    refused = {json.loads(answer.body)["error"] for answer in answers if answer.status == 400}
    assert refused == {"invalid_dpop_proof"}
    # Whoever was refused has lost nothing.
    again = [site.post("/token", form, DPoP=proof(site, holder, "/token", "POST")).status for form in forms]
    assert sorted(again) == [200] * 7 + [400]


def test_f09_a_proof_of_one_endpoint_is_nothing_at_another(me: Person, tax: Portal) -> None:
    holder = Holder()
    shown = holder.proof("/token", "POST")
    made = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=shown).json or {}
    headers = {"Authorization": f"DPoP {made['access_token']}", "DPoP": shown}
    assert me.get("/userinfo", headers=headers).status_code == 401


def test_f09_a_process_that_has_just_begun_knows_what_was_used(me: Person, tax: Portal) -> None:
    holder = Holder()
    shown = holder.proof()
    assert me.token(tax, tax.token_form(me.code_for(tax)), DPoP=shown).status_code == 200
    once.forget()
    with one_event("token.refuse"):
        answer = me.token(tax, tax.token_form(me.code_for(tax)), DPoP=shown)
    assert refusal(answer) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("claim", ["htu", "htm"])
@pytest.mark.parametrize(
    "value",
    [
        ["http://127.0.0.1:8080/token"], {"htu": "http://127.0.0.1:8080/token"}, None, True, 0, "",
        "http://127.0.0.1:8080/token\0", "https://127.0.0.1:8080/token", "http://127.0.0.1:80/token",
        "http://127.0.0.1:8080/userinfo", "//127.0.0.1:8080/token", "javascript:alert(1)",
        "http://127.0.0.1:8080/token\r\nX: 1", "http://127.0.0.1%3a8080/token", "http://127.0.0.1.:8080/token",
    ],
)  # fmt: skip
def test_f10_an_address_or_a_method_of_another_kind_is_refused(
    me: Person, tax: Portal, claim: str, value: Any
) -> None:
    """Case of scheme and host, query and fragment do not matter by RFC 9449 §4.3; everything else does."""
    form = tax.token_form(me.code_for(tax))
    with nothing_changed():
        answer = me.token(tax, form, DPoP=Holder().proof(**{claim: value}))
    assert refusal(answer) == (400, "invalid_dpop_proof")
    good = Holder().proof(htu=f"{ISSUER.upper()}/token?a=1#b")
    assert me.token(tax, form, DPoP=good).status_code == 200


def test_f11_a_code_bound_to_a_key_is_not_for_another(me: Person, tax: Portal) -> None:
    mine, thiefs = Holder(), Holder()
    for shown in ({"DPoP": thiefs.proof()}, {}):
        code = me.code_for(tax, dpop_jkt=mine.thumbprint)
        assert refusal(me.token(tax, tax.token_form(code), **shown)) == (400, "invalid_dpop_proof")


def test_f11_a_stolen_refresh_token_of_an_app_is_not_for_another_key(me: Person, stores: None) -> None:
    phone = portal(
        "phone", token_endpoint_auth_method="none", application_type="native",
        redirect_uris=("http://127.0.0.1/cb",),
    )  # fmt: skip
    mine, thiefs = Holder(), Holder()
    form = phone.token_form(me.code_for(phone)) | {"client_id": "phone"}
    made = me.post("/token", form, headers={"DPoP": mine.proof()}).json or {}
    again = {
        "grant_type": "refresh_token",
        "refresh_token": made["refresh_token"],
        "client_id": "phone",
    }
    for headers in ({"DPoP": thiefs.proof()}, {}):
        with one_event("token.refuse"):
            assert refusal(me.post("/token", again, headers=headers)) == (400, "invalid_grant")
    assert me.post("/token", again, headers={"DPoP": mine.proof()}).status_code == 200


def test_c18_what_stands_in_a_proof_breaks_nothing(me: Person, tax: Portal) -> None:
    """Hostile values in every member: an error of the protocol, never one of ours."""
    nasty: list[Any] = [
        "../../dev/null", "' OR 1=1--", "9" * 5000, 10**400, [[[]]] * 50, {"a": {"b": {}}}, "\ud83d\ude00",
        "\x00",
    ]  # fmt: skip
    for value in nasty:
        for name in ("jti", "htm", "htu", "iat", "nonce", "exp", "nbf", "ath"):
            holder = Holder()
            said = {"jti": "a", "htm": "POST", "htu": f"{ISSUER}/token", "iat": clock.now(), name: value}
            shown = holder.signed(json.dumps(said).encode())
            answer = me.token(tax, {"grant_type": "refresh_token", "refresh_token": "x"}, DPoP=shown)
            assert answer.status_code == 400
        for name in ("typ", "alg", "kid", "jku", "x5u", "x5c"):
            shown = Holder().proof(header={name: value}, without=["alg"] if name != "alg" else [])
            answer = me.token(tax, {"grant_type": "refresh_token", "refresh_token": "x"}, DPoP=shown)
            assert answer.status_code == 400

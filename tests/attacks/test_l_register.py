"""Attack book, registration by a program: L01 L02 L07 L08 L09 L11 L22 L27 L28 O16."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

import clients
from clients import manifest, scopes
from idp import audit
from idp.base.errors import Unavailable
from idp.base.secret import digest
from tests.actors import ISSUER, Person, Portal, _hidden
from tests.attacks.test_l_registration import BAD_URIS, bad_jwks
from tests.conftest import MovableClock
from tests.keyhost import new_key
from tests.records import events, nothing_changed
from tests.registrants import PLAIN, Own, Registrant, initial_token
from tests.sink import sink

MANY = 16


def test_l01_nobody_registers_without_a_token(app: Flask, stores: None) -> None:
    initial_token()
    for token in ("", "guess", "a" * 43, "Bearer", "null"):
        with nothing_changed():
            assert Registrant(app, token).post().status_code == 401


def test_l01_an_initial_token_is_good_once(app: Flask, stores: None) -> None:
    program = Registrant(app, initial_token(uses=1))
    assert program.post().status_code == 201
    with nothing_changed():
        assert program.post().status_code == 401


def test_l01_of_many_at_once_an_initial_token_serves_as_many_as_it_says(app: Flask, stores: None) -> None:
    token = initial_token(uses=3)
    meeting = Barrier(MANY)

    def register(_: int) -> int:
        program = Registrant(app, token)
        meeting.wait()
        return program.post().status_code

    with ThreadPoolExecutor(MANY) as pool:
        statuses = sorted(pool.map(register, range(MANY)))
    assert statuses == [201] * 3 + [401] * (MANY - 3)
    assert len(clients.all_enabled()) == 3


def test_l01_r27_a_request_sent_twice_registers_one_client(app: Flask, stores: None) -> None:
    token = initial_token(uses=1)
    statuses = [Registrant(app, token).post().status_code for _ in range(2)]
    assert statuses == [201, 401]
    assert len(clients.all_enabled()) == 1


def test_l01_tokens_are_kept_as_digests(app: Flask, stores: None, own: Own) -> None:
    from sqlalchemy import text

    from idp.store import db

    token = initial_token()
    rows = [
        str(row)
        for table in ("initial_access_token", "client_registration", "client")
        for row in db.fetch_all(text(f"SELECT * FROM {table}"))
    ]
    for secret in (token, own.token, own.told["client_secret"]):
        assert secret not in str(rows)
        assert digest(secret) in str(rows)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_id", "tax"),
        ("client_secret", "chosen-by-the-client-itself"),
        ("secrets", [{"digest": "x"}]),
        ("trusted", True),
        ("skip_consent", True),
        ("first_party", True),
        ("region", "000000"),
        ("max_acr", "l4"),
        ("min_level", "l1"),
        ("owner", "me"),
        ("created_at", 0),
        ("client_id_issued_at", 0),
        ("registration_access_token", "mine"),
        ("enabled", True),
        ("origin", "manifest"),
        ("listed", True),
        ("fingerprint", "x"),
        ("organization", "国务院办公厅"),
        ("name", "国家平台"),
        ("purpose", "任意用途"),
        ("legal_basis", {"realname": "statutory_duty"}),
        ("scopes", ["idcard"]),
        ("sector", "tax.example.gov"),
        ("profile", "standard"),
        ("introspects", ["*"]),
        ("audience", "https://api.tax.example.gov"),
        ("access_token_lifetime", 10**9),
        ("subject_types_allowed", ["legal"]),
        ("__class__", "x"),
        ("_key_sets", []),
    ],
)
def test_l02_what_is_not_the_clients_to_say_is_ignored(
    program: Registrant, member: str, value: object
) -> None:
    plain, own = program.register(), program.register(**{member: value})
    assert without_its_own(own) == without_its_own(plain)
    assert stored(own) == stored(plain)


def without_its_own(own: Own) -> dict[str, Any]:
    made = {"client_id", "client_secret", "client_id_issued_at", "registration_client_uri",
            "registration_access_token"}  # fmt: skip
    return {name: value for name, value in own.told.items() if name not in made}


def stored(own: Own) -> dict[str, Any]:
    client = clients.find(own.id)
    assert client
    return manifest.document(client) | {"client_id": "", "enabled": client.enabled, "origin": client.origin}


@pytest.mark.parametrize("grant", ["password", "implicit", "client_credentials", "urn:x", "", 7, None])
def test_l02_grants_that_the_policy_does_not_allow_are_refused(program: Registrant, grant: object) -> None:
    with nothing_changed():
        assert program.refused(grant_types=["authorization_code", grant])[:2] == (
            400,
            "invalid_client_metadata",
        )


@pytest.mark.parametrize(
    "name",
    [*(scope.name for scope in scopes.SCOPES if scope.name not in PLAIN), "admin", "*", "openid,profile"],
)
def test_l02_scopes_that_the_policy_does_not_allow_are_refused(app: Flask, stores: None, name: str) -> None:
    program = Registrant(app, initial_token(scopes=["openid"]))
    status, code, _ = program.refused(scope=f"openid {name}")
    assert (status, code) == (400, "invalid_client_metadata")


def test_l02_hosts_that_the_policy_does_not_name_are_refused(app: Flask, stores: None) -> None:
    program = Registrant(app, initial_token(hosts=["good.example"]))
    for host in ("good.example", "a.b.good.example", "good.example:8443"):
        assert program.register(redirect_uris=[f"https://{host}/cb"])
    for host in ("evil.example", "notgood.example", "good.example.evil.example", "evil.example?good.example"):
        with nothing_changed():
            assert program.refused(redirect_uris=[f"https://{host}/cb"])[:2] == (400, "invalid_redirect_uri")
    inside = {"redirect_uris": ["https://good.example/cb"]}
    for member in ("client_uri", "initiate_login_uri"):
        assert program.refused(**inside, **{member: "https://evil.example/"})[1] == "invalid_client_metadata"
    assert program.refused(**inside, post_logout_redirect_uris=["https://evil.example/"])[0] == 400


@pytest.mark.parametrize("uri", BAD_URIS, ids=lambda uri: repr(uri)[:40])
def test_l07_a09_a15_bad_redirect_uris_are_refused(program: Registrant, uri: object) -> None:
    with nothing_changed():
        answer = program.post(PLAIN | {"redirect_uris": ["https://app.example.org/cb", uri]})
    large = isinstance(uri, str) and len(uri) > 65536
    assert answer.status_code == (413 if large else 400)
    assert (answer.json or {})["error"] == ("invalid_request" if large else "invalid_redirect_uri")


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "data:text/html,x", "vbscript:x",
            "file:///etc/passwd", "https://app.example.org/cb#", "ftp://app.example.org/"],
)  # fmt: skip
@pytest.mark.parametrize(
    "member",
    ["redirect_uris", "post_logout_redirect_uris", "client_uri", "policy_uri", "tos_uri", "logo_uri",
     "initiate_login_uri", "backchannel_logout_uri", "jwks_uri", "sector_identifier_uri"],
)  # fmt: skip
def test_l07_a15_no_address_of_any_kind_holds_script(program: Registrant, member: str, uri: str) -> None:
    value: object = [uri] if member.endswith("uris") else uri
    with nothing_changed():
        status, code, description = program.refused(**{member: value})
    assert status == 400
    assert code == ("invalid_redirect_uri" if member == "redirect_uris" else "invalid_client_metadata")
    assert member in description


def test_l07_too_many_redirect_uris_are_refused(program: Registrant) -> None:
    many = [f"https://app.example.org/{number}" for number in range(1000)]
    assert program.refused(redirect_uris=many)[0] == 400
    assert program.register(redirect_uris=many[:20])


@pytest.mark.parametrize(
    "name",
    ["<b>x</b>", "国家\u202e平台", "国家\u200b平台", "国家政务服务平台\u2066", "Тax", "a", "x" * 101,
     "x" * 50_000, "=HYPERLINK(1)", " x ", "{{config}}", "x\ny", 7, ["x"], {"zh": "x"}, "\ufeffx", "ｔａｘ"],
    ids=lambda name: repr(name)[:24],
)  # fmt: skip
def test_l08_k12_names_that_hide_or_imitate_are_refused(program: Registrant, name: object) -> None:
    for member in ("client_name", "client_name#zh-Hans", "client_name#en"):
        with nothing_changed():
            assert program.refused(**{member: name})[:2] == (400, "invalid_client_metadata")


@pytest.mark.parametrize(
    "logo", ["data:image/svg+xml,<svg/>", "http://app.example.org/l.png", "https://app.example.org/l.svg",
             "https://app.example.org/L.SVG?x=1", "https://127.0.0.1/l.png"],
)  # fmt: skip
def test_l08_bad_logos_are_refused_and_never_fetched(program: Registrant, logo: str) -> None:
    assert program.refused(logo_uri=logo)[:2] == (400, "invalid_client_metadata")
    assert not events("ssrf.block")


@pytest.mark.parametrize("case", bad_jwks().keys())
def test_l09_e14_bad_keys_are_refused(program: Registrant, case: str) -> None:
    answer = program.post(PLAIN | {"token_endpoint_auth_method": "private_key_jwt", "jwks": bad_jwks()[case]})
    large = len(json.dumps(bad_jwks()[case])) > 65536
    assert answer.status_code == (413 if large else 400)
    assert large or (answer.json or {})["error"] == "invalid_client_metadata"


def test_l11_a_software_statement_of_nobody_is_refused(program: Registrant) -> None:
    unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9."
    assert program.refused(software_statement=unsigned)[1] in (
        "invalid_software_statement", "unapproved_software_statement"
    )  # fmt: skip
    key = new_key("s")
    stranger = jwt.encode({"alg": "ES256", "kid": "s"}, {"iss": "https://evil.example"}, key)
    assert program.refused(software_statement=stranger)[1] == "unapproved_software_statement"


def test_l22_a_change_gets_nothing_that_was_not_approved(app: Flask, stores: None) -> None:
    own = Registrant(app, initial_token(hosts=["good.example"], scopes=["openid"])).register(
        redirect_uris=["https://good.example/cb"]
    )
    for change in (
        {"redirect_uris": ["https://evil.example/cb"]},
        {"scope": "openid profile"},
        {"grant_types": ["authorization_code", "client_credentials"]},
        {"initiate_login_uri": "https://evil.example/start"},
    ):
        with nothing_changed():
            assert own.put(**change).status_code == 400
    client = clients.find(own.id)
    assert client
    assert (client.redirect_uris, client.scopes) == (("https://good.example/cb",), ("openid",))


def test_l22_a_new_name_asks_every_citizen_again(own: Own, me: Person) -> None:
    client = clients.find(own.id)
    assert client
    portal = Portal(client=client, secret=own.told["client_secret"])
    me.tokens(portal)
    assert "code=" in me.authorize(portal).location
    own.put(client_name="Another Name")
    location = me.authorize(portal).location
    while location.startswith(("/login/", "/authorize/continue/")):
        location = me.get(location).location
    assert location.startswith("/consent/")


def test_l27_every_refusal_is_on_record_with_its_reason(own: Own) -> None:
    own.by.refused(redirect_uris=["http://evil.example/"])
    own.get(token="guess")
    refused = events("client.register_refused")
    assert [event.outcome for event in refused] == ["refused"] * 2
    assert "redirect_uris[0]" in refused[0].reason
    assert refused[1].client == own.id


def test_l28_a_client_that_is_deleted_stops_and_its_consents_stay_as_history(own: Own, me: Person) -> None:
    client = clients.find(own.id)
    assert client
    portal = Portal(client=client, secret=own.told["client_secret"])
    tokens = me.tokens(portal)
    own.delete()
    answer = me.token(portal, {"grant_type": "refresh_token", "refresh_token": tokens["access_token"]})
    assert answer.status_code == 401
    page = me.get("/account/consents").text
    assert "Plain Application（已停止服务）" in page
    for path in ("", "sessions", "services", "history"):
        assert me.get(f"/account/{path}").status_code == 200
    assert own.id not in me.get("/account/sessions").text
    location = me.get("/end_session").location
    assert me.post(location, _hidden(me.get(location).text)).status_code in (200, 303)


def test_l28_the_id_of_a_deleted_client_is_not_given_again(own: Own) -> None:
    from clients import service
    from tests.registrations import clients as judged
    from tests.registrations import entry

    own.delete()
    with pytest.raises(manifest.Refused):
        service.apply(judged(entry(client_id=own.id)), operator="tester")
    assert clients.find(own.id) is None


def test_o16_one_address_cannot_ask_without_end(app: Flask, stores: None, time_travel: MovableClock) -> None:
    from idp import settings

    program = Registrant(app, "guess")
    most = settings.current().registration_requests
    statuses = [program.post().status_code for _ in range(most + 3)]
    assert 429 in statuses
    answer = program.post()
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert (answer.json or {})["error"] == "temporarily_unavailable"
    time_travel.advance(60)
    assert program.post().status_code == 401


def test_m02_nothing_is_fetched_for_whoever_has_no_token(app: Flask, stores: None) -> None:
    with sink() as place:
        for member in ("logo_uri", "sector_identifier_uri", "jwks_uri"):
            assert Registrant(app, "guess").refused(**{member: place.uri})[0] == 401
        assert place.requests == []


def test_o_host_in_the_answer_is_ours(program: Registrant) -> None:
    assert program.register().told["registration_client_uri"].startswith(f"{ISSUER}/register/")


def test_inv1_when_the_record_cannot_be_kept_nothing_is_registered_and_nothing_is_spent(
    app: Flask, stores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Registrant(app, initial_token(uses=2))
    own = program.register()

    def broken(*_: Any, **__: Any) -> None:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record_in", broken)
        for answer in (program.post(), own.put(client_name="Other"), own.delete()):
            assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert len(clients.all_enabled()) == 1
    assert (own.get().json or {})["client_name"] == "Plain Application"
    assert program.post().status_code == 201, "the second use is still there"

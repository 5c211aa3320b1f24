"""Attack book, L and N for files of the configuration: no way around reach, permissions and two officers."""

import time
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey

import clients
from idp import configuration
from idp.base.errors import Rejected
from tests import applying
from tests.configurations import apply, exported, faults, file, machine, officer
from tests.developers import Developer
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.records import nothing_changed
from tests.registrants import Registrant, initial_token
from tests.registrations import apply as register
from tests.registrations import entry

pytestmark = pytest.mark.usefixtures("stores")

RESTRICTED = {
    "scopes": ["openid", "profile", "idcard"],
    "legal_basis": {"idcard": "separate_consent"},
    "item_codes": ["DEMO-ITEM-0001"],
    "impact_assessment": "PIA-2026-001",
    "restricted_until": int(time.time()) + 86400,
    "userinfo_encrypted_response_alg": "ECDH-ES",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks_uri": "https://good.example/jwks",
}


def refused(text: str, by: configuration.Actor, part: str, **options: Any) -> None:
    """Not a row is written, and the mistake is told by its line."""
    with nothing_changed():
        found = faults(text, by, **options)
    assert any(part in one for one in found), found


@pytest.mark.parametrize("by", [machine(), officer()], ids=["machine", "officer"])
def test_l21_no_file_grants_what_is_restricted(by: configuration.Actor) -> None:
    refused(file(clients=[entry(**RESTRICTED)]), by, "clients[0].scopes: idcard is granted by two officers")
    register(entry())
    refused(file(clients=[entry(**RESTRICTED)]), by, "clients[0].scopes: idcard is granted by two officers")


@pytest.mark.parametrize("scopes", [["openid", "profile"], ["openid", "realname", "phone"]])
def test_l21_an_officer_alone_brings_no_portal_that_is_given_data(scopes: list[str]) -> None:
    refused(file(clients=[entry(scopes=scopes)]), officer(), "is granted by two officers")
    assert apply(file(clients=[entry(scopes=["openid"])]), officer()).written


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uris": ["https://evil.example/cb"], "sector": "good.example"},
        {"scopes": ["openid", "profile", "phone"]},
        {"jwks_uri": "https://good.example/k", "token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"backchannel_logout_uri": "https://good.example/out"},
        {"division": PROVINCE},
        {"access_token_lifetime": 60},
    ],
)
def test_l22_an_officer_alone_sends_no_data_elsewhere(changed: dict[str, Any]) -> None:
    grow_tree()
    register(entry())
    refused(file(clients=[entry(**changed)]), officer(), "is granted by two officers")
    refused(file(clients=[]), officer(), "is granted by two officers", prune=True)
    assert apply(file(clients=[entry(name="新门户")]), officer()).written


@pytest.mark.parametrize(
    "power",
    [
        {"authorization_details_types": ["elicense_read"]},
        {"introspects": ["https://service.example"]},
        {"may_act": "https://good.example"},
        {"resources": ["https://service.example"]},
        {"assertion_issuers": [{"issuer": "https://other.example", "jwks_uri": "https://other.example/k"}]},
    ],
    ids=lambda power: next(iter(power)),
)
def test_l21_an_officer_alone_gives_no_power_that_is_no_scope(power: dict[str, Any]) -> None:
    with nothing_changed():
        found = faults(file(clients=[entry(scopes=["openid"], **power)]), officer())
    assert any(f"{next(iter(power))} is granted by two officers" in one for one in found), found
    register(entry(scopes=["openid"]))
    with nothing_changed():
        found = faults(file(clients=[entry(scopes=["openid"], **power)]), officer())
    assert any(f"{next(iter(power))} is granted by two officers" in one for one in found), found


def test_l22_data_is_not_taken_away_for_the_next_file_to_send_the_rest_elsewhere() -> None:
    register(entry())
    elsewhere = {"scopes": ["openid"], "redirect_uris": ["https://evil.example/cb"], "sector": "good.example"}
    refused(file(clients=[entry(scopes=["openid"])]), officer(), "is granted by two officers")
    refused(file(clients=[entry(**elsewhere)]), officer(), "is granted by two officers")
    assert apply(file(clients=[entry(scopes=["openid"])]), machine()).written


def test_l22_a_program_that_administers_is_not_taken_over() -> None:
    key = ECKey.generate_key("P-256", {"kid": "mine", "use": "sig", "alg": "ES256"}, private=False)
    own = {
        "client_id": "program", "scopes": ["admin:roles:grant"], "grant_types": ["client_credentials"],
        "redirect_uris": [], "sector": "program", "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://good.example/jwks",
    }  # fmt: skip
    refused(file(clients=[entry(**own)]), officer(), "admin:roles:grant is granted by two officers")
    apply(file(clients=[entry(**own)]))
    stolen = own | {"jwks_uri": "", "jwks": {"keys": [key.as_dict(private=False)]}}
    refused(file(clients=[entry(**stolen)]), officer(), "admin:roles:grant is granted by two officers")


def test_l22_what_two_officers_approved_changes_by_no_file() -> None:
    made = applying.in_force(**applying.restricted())
    text = exported()
    assert apply(text, officer()).changes == ()
    for by in (machine(), officer()):
        changed = text.replace("https://good.example/cb", "https://good.example/other")
        refused(changed, by, "apply for the change")
        refused(file(clients=[]), by, "apply for the change", prune=True)
        refused(text.replace("idcard", "phone"), by, "apply for the change")
    assert applying.state(made) == "live"


def test_l02_what_is_the_server_s_to_say_is_in_no_file() -> None:
    register(entry())
    for name, value in (
        ("secrets", [{"digest": "x"}]), ("origin", "application"), ("enabled", True), ("logo", "x.png"),
        ("created_at", 1), ("fingerprint", "x"), ("_key_sets", {}),
    ):  # fmt: skip
        refused(file(clients=[entry() | {name: value}]), machine(), f"clients[0].{name}: is not a known key")


def test_l06_portals_of_others_are_not_taken_over(app: Flask) -> None:
    own = Registrant(app, initial_token()).register()
    developer = Developer(app)
    sandbox = developer.sandbox(developer.team()).client.client_id
    for client_id, reason in ((own.id, "registered itself"), (sandbox, "is a sandbox client")):
        assert f"client_id: {client_id}\n" not in exported()
        refused(file(clients=[entry(client_id=client_id)]), machine(), reason)
    apply(file(clients=[]), prune=True)
    assert clients.find(own.id)
    assert clients.find(sandbox)


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris[0]"),
        ({"redirect_uris": ["https://good.example/*"]}, "redirect_uris[0]"),
        ({"redirect_uris": ["https://good.example/cb#x"]}, "redirect_uris[0]"),
        ({"name": "税务\u202e局"}, "name"),
        ({"name": "<script>"}, "name"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AA", "kid": "x"}]}}, "jwks"),
        ({"environment": "sandbox"}, "environment"),
        ({"sector": "evil.example", "client_id": "known"}, "sector"),
        ({"department": "5f0c6f9a-0000-4000-8000-00000000000f"}, "department"),
    ],
)
def test_l07_l08_l09_a_file_is_judged_as_every_registration(changed: dict[str, Any], part: str) -> None:
    register(entry(client_id="known", sector="known.example"))
    refused(file(clients=[entry(**changed)]), machine(), f"clients[0].{part}")


def test_l13_nothing_out_of_reach_is_seen_changed_or_removed() -> None:
    grow_tree()
    register(entry(division=OTHER_PROVINCE), entry(client_id="own", sector="own", division=CITY))
    by = officer(division=PROVINCE)
    own = exported(PROVINCE)
    assert "portal-a" not in own
    assert "邻省" not in own
    told = {"client_id": "portal-a", "starts_at": "2026-01-01T00:00:00+08:00",
            "ends_at": "2099-01-01T00:00:00+08:00", "text": "x", "text_en": "x"}  # fmt: skip
    body = {
        "id": "5f0c6f9a-0000-4000-8000-000000000001",
        "division": OTHER_PROVINCE,
        "name": "x",
        "name_en": "x",
    }
    for wrong in (
        file(), file(OTHER_PROVINCE), own.replace('within: "010000"', 'within: "000000"'),
        file(PROVINCE, clients=[entry(division=PROVINCE)]),
        file(PROVINCE, clients=[entry(client_id="own", sector="own", division=OTHER_PROVINCE)]),
        file(PROVINCE, announcements=[told]), file(PROVINCE, departments=[body]),
        file(PROVINCE, policies=[{"kind": "rules", "division": "000000", "document": {}}]),
        file(PROVINCE, software_issuers=[{"issuer": "x", "jwks": {}}]),
    ):  # fmt: skip
        with nothing_changed(), pytest.raises(configuration.Refused) as caught:
            apply(wrong, by, prune=True)
        assert (caught.value.code, caught.value.status) == ("not_found", 404), wrong
        assert all(fault.reason == "is not there" for fault in caught.value.faults[:1])
    with pytest.raises(Rejected):
        configuration.state.place(OTHER_PROVINCE, by.reach)


def test_n04_an_announcement_after_the_end_of_the_calendar_is_refused() -> None:
    register(entry(scopes=["openid"]))
    late = {"starts_at": "9999-12-31T23:00:00+00:00", "ends_at": "9999-12-31T23:59:59+00:00"}
    told = {"client_id": entry()["client_id"], "text": "维护", "text_en": "Upkeep", **late}
    refused(file(announcements=[told]), officer(), "announcements[0].ends_at")


def test_n05_n06_a_hostile_file_costs_little_and_says_where() -> None:
    head = "configuration: 1\nwithin: '000000'\nclients:\n"
    bomb = head + "  - &a [x, x, x, x]\n" + "  - [*a, *a, *a, *a]\n" * 50
    deep = head + "".join(" " * (2 * n) + "- \n" for n in range(1, 400))
    for text, line in (
        (bomb, 4), (deep, 15), (head + "  - !!python/object/apply:os.system ['id']\n", 4),
        (head + "  - client_id: a\n    client_id: b\n", 5), (head + "  - client_id: a\0\n", 4),
        (head + "  - client_id: *b\n", 4), (head + "  - <<: {client_id: a}\n", 4),
        (head + "  - client_id: " + "9" * 100_000 + "\n", 4), (head + "  - [" * 200_000, 4),
    ):  # fmt: skip
        began = time.monotonic()
        with nothing_changed():
            found = faults(text)
        assert time.monotonic() - began < 10
        assert any(int(one.split(":")[0].removeprefix("line ")) == line for one in found), found
    many = file(clients=[{"client_id": 1}] * 30_000)
    with nothing_changed(), pytest.raises(configuration.Refused) as caught:
        apply(many)
    assert (len(caught.value.faults), caught.value.total) == (50, 30_000)

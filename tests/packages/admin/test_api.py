"""The console's interface for programs: who is let in, what is answered, what is done once."""

import json
import re

import pytest
from flask import Flask
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

import clients
from clients.applications import application
from idp import divisions, keyring, settings, staff
from idp.admin.needs import need_of
from idp.audit import jobs
from idp.divisions import NATION, Reach
from idp.permissions import PERMISSIONS
from idp.staff import service as staff_service
from idp.store import redis
from tests.actors import ISSUER, Person, Portal, portal
from tests.officers import (
    CITY,
    HERE,
    OTHER_PROVINCE,
    PROVINCE,
    appointed,
    claimed,
    founder,
    grow_tree,
)
from tests.programs import operations, program
from tests.records import events, nothing_changed, one_event
from tests.registrations import entry, refusal

pytestmark = pytest.mark.usefixtures("stores")


#: Every operation: method, path with example values, the permission it names.
OPERATIONS = [
    (method, re.sub(r"<[^>]+>", "0" * 36, rule), permission) for method, rule, permission in operations()
]


@pytest.mark.parametrize(("method", "path", "permission"), OPERATIONS)
def test_an_operation_is_open_to_its_permission_and_to_no_other(
    method: str, path: str, permission: str, app: Flask
) -> None:
    assert Browser(app).open(
        f"/admin/api/v1{path}", method=method, base_url=ISSUER, environ_base=HERE
    ).status_code == 401  # fmt: skip
    if not permission:
        return
    other = next(name for name in PERMISSIONS if name != permission)
    assert program(app, other).call(method, path, {}).status_code == 403
    assert program(app, permission).call(method, path, {}).status_code not in (401, 403, 500)


def test_no_permission_is_a_word_that_opens_nothing(app: Flask) -> None:
    pages = (need_of(view) for name, view in app.view_functions.items() if name.startswith("admin."))
    named = {need.permission for need in pages if need} | {permission for *_, permission in OPERATIONS}
    assert named | {*application.NEEDED.values(), application.RESTRICTED} == {"", *PERMISSIONS}


def test_l19_tokens_of_others_open_nothing(app: Flask, me: Person, tax: Portal) -> None:
    tokens = me.tokens(tax, scope="openid profile offline_access")
    stranger = program(app, "data.query")
    for token in (tokens["access_token"], tokens["id_token"], stranger.token, "none"):
        stranger.token = token
        answer = stranger.call("GET", "/clients")
        assert answer.status_code in (401, 403), token
        assert answer.mimetype == "application/problem+json"
        assert "WWW-Authenticate" in answer.headers
    portal("tax", enabled=True)


def test_outside_the_networks_of_staff_there_is_no_interface(
    app: Flask, test_settings: settings.Settings
) -> None:
    caller = program(app, "admin:clients:read")
    settings.use(test_settings.model_copy(update={"staff_networks": ("192.0.2.0/24",)}))
    assert caller.call("GET", "/clients").status_code == 404


def test_l13_what_is_out_of_reach_is_not_there(app: Flask) -> None:
    grow_tree()
    portal("near", division=CITY)
    portal("far", division=OTHER_PROVINCE)
    caller = program(app, "admin:clients:read", "admin:clients:suspend", division=PROVINCE)
    listed = caller.call("GET", "/clients").json or {}
    assert "near" in [one["client_id"] for one in listed["clients"]]
    assert "far" not in [one["client_id"] for one in listed["clients"]]
    assert caller.call("GET", "/clients/near").status_code == 200
    assert caller.call("GET", "/clients/far").status_code == 404
    assert caller.call("PUT", "/clients/far/standing", {"enabled": False}).status_code == 404
    far = clients.find("far")
    assert far
    assert far.enabled
    assert [event.outcome for event in events("admin.deny")] == ["refused", "refused"]
    assert caller.call("PUT", "/clients/near/standing", {"enabled": False, "cause": "left"}).json == {
        "enabled": False
    }


def test_a_registration_is_shown_without_its_secrets(app: Flask) -> None:
    shown = portal("tax")
    answer = program(app, "admin:clients:read").call("GET", "/clients/tax")
    assert answer.json
    assert answer.json["registration"]["redirect_uris"] == ["https://tax.example.gov/cb"]
    assert "secret" not in json.dumps(answer.json["registration"]).replace("client_secret_basic", "")
    assert all(
        one not in answer.text for one in (shown.secret, *(kept.digest for kept in shown.client.secrets))
    )


def test_lists_page_by_cursor(app: Flask) -> None:
    grow_tree()
    caller, seen, cursor = program(app, "admin:divisions:read"), [], ""
    while True:
        page = caller.call("GET", f"/divisions?limit=2&cursor={cursor}").json or {}
        seen += [one["code"] for one in page["divisions"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [one.code for one in divisions.divisions(Reach(division=NATION))]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyJhIiwiYiJd", "%00", "e30"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str, app: Flask) -> None:
    answer = program(app, "admin:divisions:read").call("GET", f"/divisions?cursor={cursor}")
    assert answer.status_code == 400
    assert (answer.json or {})["code"] == "invalid_request"


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=1e400", "limit=" + "9" * 5000, "other=1"])
def test_n04_numbers_out_of_range_are_refused(query: str, app: Flask) -> None:
    assert program(app, "admin:divisions:read").call("GET", f"/divisions?{query}").status_code == 422


@pytest.mark.parametrize(
    ("body", "mimetype", "status"),
    [
        (b'{"roles":["support"],"roles":["audit_administrator"]}', "application/json", 400),
        (b'{"roles":' + b"[" * 100_000, "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'"{\\"roles\\":[]}"', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"roles":[],"version":1}', "application/json", 422),
        (b'{"roles":"support"}', "application/json", 422),
        (b"roles=support", "application/x-www-form-urlencoded", 415),
        (b"{" + b" " * 70_000 + b"}", "application/json", 413),
    ],
)
def test_n05_n06_bodies_that_can_be_read_two_ways_are_refused(
    body: bytes, mimetype: str, status: int, app: Flask
) -> None:
    member, _ = appointed("support")
    caller = program(app, "admin:roles:grant")
    answer = caller.http.put(
        f"/admin/api/v1/staff/{member.id}/roles",
        data=body,
        content_type=mimetype,
        base_url=ISSUER,
        environ_base=HERE,
        headers={"Authorization": f"Bearer {caller.token}", "If-Match": f'"v{member.version}"'},
    )
    assert answer.status_code in ((status, 413) if len(body) > 65536 else (status,)), answer.text
    assert staff.find(member.id).roles == ("support",)  # type: ignore[union-attr]


def test_problems_repeat_nothing_that_was_sent(app: Flask) -> None:
    caller = program(app, "admin:staff:write")
    secret = "01010119900307019X"
    answer = caller.call("POST", "/staff", {"login_name": secret * 9, "name": secret, "x": secret})
    assert answer.status_code == 422
    assert secret not in answer.text
    assert answer.text.isascii()


def test_l23_of_two_who_saw_the_same_state_the_second_is_refused(app: Flask) -> None:
    member, _ = appointed("support", "portal_officer")
    caller = program(app, "admin:roles:grant", "admin:staff:read")
    path = f"/staff/{member.id}"
    state = caller.call("GET", path).headers["ETag"]
    assert caller.call("PUT", f"{path}/roles", {"roles": []}).status_code == 428
    first = caller.call("PUT", f"{path}/roles", {"roles": ["portal_officer"]}, **{"If-Match": state})
    second = caller.call("PUT", f"{path}/roles", {"roles": []}, **{"If-Match": state})
    assert (first.status_code, second.status_code) == (200, 412)
    assert staff.find(member.id).roles == ("portal_officer",)  # type: ignore[union-attr]
    assert first.headers["ETag"] != state


def test_a_request_sent_again_is_answered_again_and_done_once(app: Flask) -> None:
    caller = program(app, "admin:staff:write")
    body = {"login_name": "newcomer", "name": "新人", "division": NATION}
    first = caller.call("POST", "/staff", body, **{"Idempotency-Key": "order-4711"})
    again = caller.call("POST", "/staff", body, **{"Idempotency-Key": "order-4711"})
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(events("staff.create")) == 1
    other = caller.call("POST", "/staff", body | {"name": "别人"}, **{"Idempotency-Key": "order-4711"})
    assert other.status_code == 422
    assert caller.call("POST", "/staff", body, **{"Idempotency-Key": "order-4712"}).status_code == 409


def test_whoever_takes_the_store_cannot_try_which_number_was_looked_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, kept = program(app, "admin:people:search"), set()
    body = {"number": "not a number", "case": "case-4711", "reason": "a reason"}
    for key in (b"1" * 32, b"2" * 32):
        monkeypatch.setattr(keyring, "derive", lambda label, key=key: key)
        caller.call("POST", "/people", body, **{"Idempotency-Key": "order-4711"})
        (name,) = redis.call("KEYS", "idem:*")
        kept.add(json.loads(redis.call("GET", name))["asked"])
        redis.call("DEL", name)
    assert len(kept) == 2


def test_accounts_are_made_and_stopped_by_programs_and_empowered_by_people(app: Flask) -> None:
    maker = program(app, "admin:staff:write", "admin:staff:read")
    taker = program(app, "admin:roles:grant", "admin:staff:read")
    made = maker.call("POST", "/staff", {"login_name": "newcomer", "name": "新人", "division": NATION}).json
    assert made
    from idp.base.secret import Secret

    claimed(Secret(made["link"].rpartition("/")[2]))
    path = f"/staff/{made['id']}"
    assert maker.call("POST", f"{path}/confirmation").status_code == 404
    security = founder("security_administrator")
    staff_service.confirm(made["id"], actor=security)
    staff_service.grant(made["id"], ("support", "portal_officer"), actor=security)

    def keep(*roles: str) -> TestResponse:
        state = taker.call("GET", path).headers["ETag"]
        return taker.call("PUT", f"{path}/roles", {"roles": list(roles)}, **{"If-Match": state})

    for given in (["support", "system_administrator"], ["audit_administrator"]):
        with one_event("admin.deny"), nothing_changed():
            refused = keep(*given)
        assert (refused.status_code, (refused.json or {})["code"]) == (403, "role.person")
    assert (keep("support", "audit_administrator").json or {})["code"] == "role.separation"
    assert (keep("support").json or {})["roles"] == ["support"]
    assert (keep().json or {})["roles"] == []
    stopped = maker.call("POST", f"{path}/stop", {"cause": "left"})
    assert (stopped.json or {})["status"] == "disabled"


def test_keys_are_listed_without_material_and_rotated_from_the_nation_only(app: Flask) -> None:
    grow_tree()
    reader = program(app, "admin:keys:read")
    keys = (reader.call("GET", "/keys").json or {})["keys"]
    assert {"kid", "kind", "state", "created_at", "active_from", "leaves_at"} == set(keys[0])
    assert program(app, "admin:keys:read", division=PROVINCE).call("GET", "/keys").status_code == 404
    local = program(app, "admin:keys:rotate", division=PROVINCE)
    assert local.call("POST", "/keys/rotation", {"kind": "ES256"}).status_code == 404
    before = len(keys)
    assert local.call("POST", "/keys/rotation", {"kind": "nothing"}).status_code == 404
    assert len((reader.call("GET", "/keys").json or {})["keys"]) == before


@pytest.mark.parametrize(
    ("scopes", "method", "key"),
    [
        (["admin:staff:write", "admin:roles:grant"], "private_key_jwt", "scopes"),
        (["admin:audit:read", "admin:keys:rotate"], "private_key_jwt", "scopes"),
        (["admin:staff:read"], "client_secret_basic", "token_endpoint_auth_method"),
    ],
)
def test_a_program_belongs_to_one_administration_and_proves_itself_by_a_key(
    scopes: list[str], method: str, key: str
) -> None:
    from tests.registrations import service_entry

    refused = refusal(service_entry(scopes=scopes, token_endpoint_auth_method=method))
    assert refused is not None
    assert any(f": {key}: " in line for line in refused.problems), refused.problems


def test_the_name_of_a_program_fits_where_an_officers_does() -> None:
    from tests.registrations import service_entry

    asked = {"scopes": ["admin:staff:write"], "token_endpoint_auth_method": "private_key_jwt"}
    asked |= {"jwks_uri": "https://good.example/jwks"}
    assert refusal(service_entry(client_id="p" * 53, **asked)) is None
    refused = refusal(service_entry(client_id="p" * 54, **asked))
    assert refused is not None
    assert any(": client_id: " in line for line in refused.problems), refused.problems


def test_portals_of_citizens_get_no_administration() -> None:
    refused = refusal(entry(scopes=["openid", "admin:staff:read"]))
    assert refused is not None


def test_the_description_names_every_operation(app: Flask) -> None:
    described = program(app, "admin:keys:read").call("GET", "/openapi.json").json
    assert described
    assert described["openapi"] == "3.1.0"
    paths = {path for _, path, permission in OPERATIONS if permission}
    assert len(described["paths"]) == len(paths)
    assert founder()


def test_the_record_is_searched_within_reach_and_the_search_recorded(app: Flask, me: Person) -> None:
    grow_tree()
    for name, division in (("near", CITY), ("far", OTHER_PROVINCE)):
        me.authorize(portal(name, division=division), redirect_uri="https://elsewhere.example/cb")
    jobs.ship()
    auditor = program(app, "admin:audit:read", division=PROVINCE)
    found = (auditor.call("GET", "/records?outcome=refused").json or {})["records"]
    assert {one["client"] for one in found if one["kind"] == "authz.reject"} == {"near"}
    assert auditor.call("GET", "/records?person=somebody").status_code == 400
    assert auditor.call("GET", "/records?cursor=x").status_code == 400
    jobs.ship()
    assert all("client:program" in event.detail for event in events("audit.search"))


def test_programs_see_applications_and_decide_none(app: Flask) -> None:
    reader = program(app, "admin:applications:read")
    assert reader.call("GET", "/applications").json == {"applications": [], "next": ""}
    assert reader.call("GET", f"/applications/{'0' * 36}").status_code == 404
    decided = [path for method, path, _ in OPERATIONS if "applications" in path and method != "GET"]
    assert decided == []


def test_notices_are_seen_by_portal_and_one_out_of_reach_is_not_there(app: Flask) -> None:
    grow_tree()
    portal("far", division=OTHER_PROVINCE)
    sender = program(app, "admin:deliveries:read", "admin:deliveries:retry", division=PROVINCE)
    assert sender.call("GET", "/deliveries").json == {"deliveries": [], "next": ""}
    assert sender.call("GET", "/deliveries?client_id=far").status_code == 404
    assert sender.call("POST", f"/deliveries/{'0' * 36}/retry").status_code == 404
    for bad in ("state=x", "cursor=WyJ4IiwieSJd", "client_id=%00"):
        assert sender.call("GET", f"/deliveries?{bad}").status_code in (400, 422)


def test_a_nul_is_refused_wherever_it_is_sent(app: Flask) -> None:
    caller = program(app, "admin:staff:write", "admin:staff:read")
    body = {"login_name": "newcomer", "name": "新人", "division": NATION}
    for method, path, sent in (
        ("GET", "/staff?q=a%00b", None),
        ("GET", "/staff/a%00b", None),
        ("POST", "/staff", body | {"department": "a\0b"}),
        ("POST", f"/staff/{'0' * 36}/stop", {"cause": "\0"}),
    ):
        answer = caller.call(method, path, sent)
        assert (answer.status_code, (answer.json or {})["code"]) == (400, "invalid_request"), path

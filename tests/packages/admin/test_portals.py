"""Portals, their logout notices and the platform's keys at the console."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert

import clients
from clients import service as registry
from idp import keyring, logout
from idp.divisions import NATION, Reach
from idp.logout.queries import DELIVERIES
from idp.store import db
from tests import keys
from tests.actors import Person, portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, PROVINCE, Officer, department, grow_tree, landed
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")


def notice(client_id: str, status: str = "failed", *, at: int = 1_700_000_000, **changes: object) -> str:
    """A logout notice that did not arrive; its id."""
    row = {
        "id": str(uuid4()), "client_id": client_id, "person_id": str(uuid4()), "session_id": "",
        "status": status, "attempts": 8, "next_at": at, "created_at": at, "outcome": "503", **changes,
    }  # fmt: skip
    with db.writing_engine().begin() as connection:
        connection.execute(insert(DELIVERIES).values(row))
    return str(row["id"])


@pytest.fixture
def own_keys(stores: None, tmp_path: Path) -> Iterator[None]:
    """Keys that nobody else uses."""
    with keys.in_use(tmp_path / "keys"):
        yield


def test_each_officer_lists_and_opens_the_portals_within_reach(app: Flask) -> None:
    grow_tree()
    bureau = department()
    portal("province", division=PROVINCE)
    portal("city", division=CITY)
    portal("bureau", division=CITY, department=bureau)
    portal("other", division=OTHER_CITY)
    portal("nation")
    seen = {
        NATION: {"province", "city", "bureau", "other", "nation"},
        PROVINCE: {"province", "city", "bureau", "other"},
        CITY: {"city", "bureau"},
    }
    for place, expected in seen.items():
        officer = Officer(app, "portal_officer", division=place)
        page = officer.get("/admin/clients").text
        for client_id in seen[NATION]:
            assert (f"/admin/clients/{client_id}" in page) == (client_id in expected), (place, client_id)
            status = officer.get(f"/admin/clients/{client_id}").status_code
            assert status == (200 if client_id in expected else 404)
    own = Officer(app, "portal_officer", division=CITY, department=bureau)
    assert own.get("/admin/clients/bureau").status_code == 200
    assert own.get("/admin/clients/city").status_code == 404


def test_a_list_goes_on_by_cursor_and_finds_by_a_part(app: Flask) -> None:
    for number in range(53):
        portal(f"p-{number:03}", sector=f"p{number}.example.gov")
    officer = Officer(app, "portal_officer")
    first = officer.get("/admin/clients").text
    assert first.count('href="/admin/clients/p-') == 50
    following = first.partition('class="paging"><a href="')[2].partition('"')[0].replace("&amp;", "&")
    second = officer.get(following).text
    assert second.count('href="/admin/clients/p-') == 3
    assert "下一页" not in second
    assert officer.get("/admin/clients?q=p-05").text.count('href="/admin/clients/p-') == 3
    assert "没有符合条件" in officer.get("/admin/clients?q=nothing").text
    assert officer.get("/admin/clients?after=WyIxIl0").status_code == 400


def test_a_portal_is_suspended_for_a_reason_and_let_in_again(app: Flask) -> None:
    grow_tree()
    tax = portal("tax", division=CITY)
    officer = Officer(app, "security_administrator", division=CITY)
    path, somebody = "/admin/clients/tax", Person(app)
    with nothing_changed():
        assert officer.post(f"{path}/suspend", {"cause": " "}, page=path).status_code == 400
    with one_event("client.disable"):
        assert landed(officer.post(f"{path}/suspend", {"cause": "投诉核查"}, page=path)) == path
    event = events("client.disable")[-1]
    assert all(text in event.detail for text in ("投诉核查", "disabled", officer.member.id))
    assert somebody.authorize(tax).status_code == 403
    assert "已暂停" in officer.get(path).text
    officer.post(f"{path}/resume", page=path)
    assert somebody.authorize(tax).status_code == 303
    assert clients.find("tax").enabled  # type: ignore[union-attr]


def test_secrets_and_keys_of_a_portal_are_counted_and_never_shown(app: Flask) -> None:
    tax = portal("tax")
    page = Officer(app, "portal_officer").get("/admin/clients/tax").text
    assert "密钥，长期有效" in page
    assert tax.secret not in page
    assert all(one.digest not in page for one in tax.client.secrets)
    renewed = registry.rotate_secret("tax", overlap=600, operator="test").reveal()
    page = Officer(app, "portal_officer").get("/admin/clients/tax").text
    assert "密钥，至" in page
    assert renewed not in page


def test_notices_are_listed_within_reach_and_name_nobody(app: Flask) -> None:
    grow_tree()
    portal("tax", division=CITY)
    portal("health", division=OTHER_CITY)
    own, elsewhere = notice("tax"), notice("health")
    waiting = notice("tax", "waiting")
    notice("tax", "delivered")
    officer = Officer(app, "system_administrator", division=CITY)
    page = officer.get("/admin/deliveries").text
    assert own in page
    assert waiting not in page
    assert elsewhere not in page
    assert waiting in officer.get("/admin/deliveries?state=waiting").text
    row = db.fetch_all(DELIVERIES.select())
    assert not [one for one in row if one.person_id in page]
    assert officer.get("/admin/deliveries?client=health").status_code == 404
    with nothing_changed():
        assert officer.post(f"/admin/deliveries/{elsewhere}/retry").status_code == 404
        assert officer.post("/admin/deliveries/retry", {"client": "health"}).status_code == 404
        assert officer.post("/admin/deliveries/retry", {"client": ""}).status_code == 404


def test_a_failed_notice_is_sent_again(app: Flask, time_travel: MovableClock) -> None:
    portal("tax", backchannel_logout_uri="https://tax.example.gov/out")
    first, second = notice("tax"), notice("tax", at=1_700_000_001)
    done = notice("tax", "delivered")
    officer = Officer(app, "system_administrator")
    with one_event("logout.retry"):
        answer = officer.post(f"/admin/deliveries/{first}/retry", page="/admin/deliveries")
    assert landed(answer) == "/admin/deliveries"
    found = {one.id: one for one in logout.notices(Reach(division=NATION), "waiting")}
    assert set(found) == {first}
    assert found[first].attempts == 0
    with nothing_changed():
        officer.post(f"/admin/deliveries/{done}/retry", page="/admin/deliveries")
    officer.post("/admin/deliveries/retry", {"client": "tax"}, page="/admin/deliveries?client=tax")
    assert {one.id for one in logout.notices(Reach(division=NATION), "waiting")} == {first, second}
    last = events("logout.retry")[-1]
    assert (last.client, '"count":2' in last.detail, officer.member.id in last.detail) == ("tax", True, True)
    assert officer.get("/admin/clients/tax").text.count("失败0条，等待2条") == 1


def test_notices_follow_each_other_by_age(app: Flask) -> None:
    portal("tax")
    made = [notice("tax", at=1_700_000_000 + number // 3) for number in range(53)]
    officer = Officer(app, "system_administrator")
    first = officer.get("/admin/deliveries").text
    following = first.partition('class="paging"><a href="')[2].partition('"')[0].replace("&amp;", "&")
    second = officer.get(following).text
    on_first = {one for one in made if one in first}
    on_second = {one for one in made if one in second}
    assert (len(on_first), len(on_second)) == (50, 3)
    assert on_first | on_second == set(made)


def test_keys_are_shown_without_their_material_and_rotated_on_record(app: Flask, own_keys: None) -> None:
    officer = Officer(app, "system_administrator")
    signing = keyring.active()["ES256"]
    page = officer.get("/admin/keys").text
    assert signing[:16] in page
    material = [path.read_text(errors="replace") for path in keyring.current().folder.glob("*.*.*")]
    assert material
    assert not [text for text in material for line in text.split() if len(line) > 20 and line in page]
    with one_event("key.rotate"):
        assert (
            landed(officer.post("/admin/keys/rotate", {"kind": "ES256"}, page="/admin/keys")) == "/admin/keys"
        )
    assert officer.member.id in events("key.rotate")[-1].detail
    assert officer.post("/admin/keys/rotate", {"kind": "pairwise"}, page="/admin/keys").status_code == 404
    reader = Officer(app, "security_administrator")
    assert 'action="/admin/keys/rotate"' not in reader.get("/admin/keys").text
    assert reader.post("/admin/keys/rotate", {"kind": "ES256"}, page="/admin/keys").status_code == 403


def test_keys_belong_to_the_whole_platform(app: Flask) -> None:
    officer = Officer(app, "system_administrator", division=PROVINCE)
    assert officer.get("/admin/keys").status_code == 404
    with nothing_changed():
        assert officer.post("/admin/keys/rotate", {"kind": "ES256"}).status_code == 404
    assert 'href="/admin/keys"' not in officer.get("/admin/").text

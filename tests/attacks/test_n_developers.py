"""Attack book, groups M, N and Q, where developers type what others read, and have addresses called."""

import re
import socket

import pytest
from flask import Flask

import clients
from clients.teams import queries
from clients.teams.service import members
from idp.audit import jobs
from idp.store import db, redis
from tests.developers import CALLBACK, Developer
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")

HOSTILE = (
    "<script>alert(1)</script>", "{{config}}", "{% for x in y %}", "${7*7}", "' OR 1=1 --", '";--',
    "=HYPERLINK(1)",
    "国家税务总局\u202eABC", "示范\u200b组", "Аdmin", "a\x00b", "a\r\nb", "x" * 5000,
)  # fmt: skip

INSIDE = (
    "https://127.0.0.1/out", "https://[::1]/out", "https://10.0.0.1/out", "https://169.254.169.254/out",
    "https://metadata.internal/out", "https://portal.local/out", "http://portal.example.com/out",
    "https://portal.example.com:22/out", "https://portal.example.com:6379/out", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x", "https://user@portal.example.com/out", "https://portal.example.com/%0d%0aSET",
)  # fmt: skip


@pytest.fixture
def me(app: Flask) -> Developer:
    return Developer(app)


@pytest.mark.parametrize("name", HOSTILE)
def test_n01_n09_n21_hostile_names_of_teams_and_clients_are_refused_and_told_back_harmless(
    me: Developer, name: str
) -> None:
    team = me.team()
    here = f"/developers/teams/{team}"
    with nothing_changed():
        for path, page in (("/developers/teams", "/developers/"), (f"{here}/settings", f"{here}/settings")):
            answer = me.send(path, {"name": name, "division": "000000"}, page=page)
            assert answer.status_code == 400
            assert "<script>alert" not in answer.text
        form = {"name": name, "redirect_uris": CALLBACK}
        answer = me.send(f"{here}/clients", form, page=f"{here}/clients/new")
        assert answer.status_code == 400
        assert "<script>alert" not in answer.text
        assert "49" not in re.findall(r'id="name"[^>]*value="([^"]*)"', answer.text)


@pytest.mark.parametrize("uri", INSIDE)
def test_m02_m08_m12_addresses_that_lead_inside_are_not_registered_for_the_self_check(
    me: Developer, uri: str
) -> None:
    team = me.team()
    here = f"/developers/teams/{team}"
    form = {"name": "网上大厅", "redirect_uris": CALLBACK, "backchannel_logout_uri": uri}
    with nothing_changed():
        answer = me.send(f"{here}/clients", form, page=f"{here}/clients/new")
    assert answer.status_code == 400
    assert 'id="backchannel_logout_uri-error"' in answer.text


def test_m02_m05_a_probe_of_a_name_that_leads_inside_is_stopped_and_recorded(
    me: Developer, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    team = me.team()
    inside = "https://rebound.example.com"
    kept = me.sandbox(team, redirect_uris=(f"{inside}/cb",), backchannel_logout_uri=f"{inside}/out")
    here = f"/developers/teams/{team}/clients/{kept.client.client_id}/checks"
    me.send(here, page=here)
    blocked = events("ssrf.block")
    assert {event.detail for event in blocked} == {'{"host":"rebound.example.com"}'}
    assert len(blocked) == 3
    assert {event.outcome for event in events("client.probe")} == {"failed"}
    assert 'data-state="red"' in me.get(here).text


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:5000/$(id)", "http://127.0.0.1:5000/'", "http://127.0.0.1:5000/;x", "http://127.0.0.1/`x`"]
)  # fmt: skip
def test_n09_no_address_means_anything_to_a_shell_that_it_is_copied_into(me: Developer, uri: str) -> None:
    here = f"/developers/teams/{me.team()}"
    form = {"name": "网上大厅", "redirect_uris": uri}
    with nothing_changed():
        assert me.send(f"{here}/clients", form, page=f"{here}/clients/new").status_code == 400


def test_n10_n21_what_a_program_sends_cannot_forge_or_break_its_log(me: Developer) -> None:
    team = me.team()
    kept = me.sandbox(team)
    marker = "<b>marker</b>\r\n[Fake] line \u2028"
    me.authorize(kept, redirect_uri=f"http://127.0.0.1:5000/{marker}", state=marker, scope=marker)
    me.authorize(kept, scope=marker)
    me.token(kept, kept.token_form(marker, redirect_uri=marker))
    jobs.ship()
    page = me.get(f"/developers/teams/{team}/clients/{kept.client.client_id}/log").text
    assert "<b>marker" not in page
    assert all("\n" not in event.detail + event.reason for event in events())


def test_n04_pages_of_developers_take_numbers_without_measure_for_none(me: Developer) -> None:
    team = me.team()
    kept = me.sandbox(team)
    here = f"/developers/teams/{team}/clients/{kept.client.client_id}"
    for number in ("9" * 5000, "-1", "1e400", "٣"):
        form = {"name": "网上大厅", "redirect_uris": CALLBACK, "min_level": number}
        assert me.send(f"{here}/edit", form, page=f"{here}/edit").status_code == 303
        changed = clients.find(kept.client.client_id)
        assert changed is not None
        assert changed.min_level == 1
        assert me.send(f"{here}/secret", {"overlap": number}, page=f"{here}/secret").status_code in (200, 400)


def test_q03_q04_q05_secrets_and_links_stand_in_no_store_no_record_and_no_second_page(me: Developer) -> None:
    team = me.team()
    here = f"/developers/teams/{team}"
    made = me.send(
        f"{here}/clients", {"name": "网上大厅", "redirect_uris": CALLBACK}, page=f"{here}/clients/new"
    )
    secret = _found(made.text, "secret")
    (client_id,) = queries.client_ids(team)
    renewed = me.send(
        f"{here}/clients/{client_id}/secret", {"overlap": "86400"}, page=f"{here}/clients/{client_id}/secret"
    )
    link = _found(me.send(f"{here}/invitations", {"role": "owner"}, page=f"{here}/members").text, "address")
    hidden = (secret, _found(renewed.text, "secret"), link.rpartition("/")[2])
    assert len(set(hidden)) == 3
    stored = _everything()
    for text in hidden:
        assert text not in stored
        for page in (
            here,
            f"{here}/members",
            f"{here}/clients/{client_id}",
            f"{here}/clients/{client_id}/log",
        ):
            assert text not in me.get(page).text
    assert made.headers["Cache-Control"] == "no-store"


def test_q05_a_refused_link_is_not_recorded(me: Developer, app: Flask) -> None:
    other = Developer(app, 1)
    token = members.invite(me.team(), "viewer", person=me.id).reveal()
    members.join(token, person=other.id)
    assert other.get(f"/developers/join/{token}").status_code == 404
    (event,) = events("team.deny")
    assert token not in str(event)


def _found(page: str, anchor: str) -> str:
    found = re.search(rf'id="{anchor}">([^<]+)<', page)
    assert found, anchor
    return found[1]


def _everything() -> str:
    """Each row of SQL and each value of Redis, as text."""
    jobs.ship()
    rows = [str(tuple(row)) for table in db.db.metadata.sorted_tables for row in db.fetch_all(table.select())]
    values = [repr(redis.call("DUMP", key)) + repr(key) for key in redis.call("KEYS", "*")]
    return "\n".join(rows + values)

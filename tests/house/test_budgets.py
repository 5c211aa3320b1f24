"""The budgets of the hot path: SQL statements, Redis trips and signatures an operation (decision 0011)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

import clients
from clients import snapshot
from idp import audit, authenticators, keyring, policies, settings
from idp.keyring import service as key_service
from idp.store import db, redis, watching
from tests import keys
from tests.actors import Person, Portal, citizen, portal, query, service
from tests.approving import PHONE, ask_for_codes, hotline, kiosk
from tests.conftest import MovableClock
from tests.possession import Holder
from tests.signing import signing_portal
from tests.webface import csrf

NUMBER, PASSWORD = "010101198504123013", "correct horse battery staple"


@dataclass
class Cost:
    """What an operation cost."""

    sql: int = 0
    trips: int = 0
    signatures: int = 0


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    """Counts from here on."""
    cost = Cost()

    def count_statement(connection: object, cursor: object, statement: str, *_: object) -> None:
        cost.sql += not statement.startswith("BEGIN")

    real_sign, real_pipeline = keyring.sign, redis.pipeline

    def count_signature(*args: object, **kwargs: object) -> str:
        cost.signatures += 1
        return real_sign(*args, **kwargs)  # type: ignore[arg-type]

    def count_trip(*commands: object) -> list[object]:
        cost.trips += 1
        return real_pipeline(*commands)  # type: ignore[arg-type]

    # However long a block takes on a busy machine, the registries' once-a-second look is not in it.
    monkeypatch.setattr(watching, "PAUSE", 60.0)
    monkeypatch.setattr(keyring, "sign", count_signature)
    monkeypatch.setattr(redis, "pipeline", count_trip)
    engines = list(db._engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", count_statement)
    yield cost
    for engine in engines:
        event.remove(engine, "before_cursor_execute", count_statement)


@contextmanager
def costs(cost: Cost, *, sql: int, trips: int, signatures: int) -> Iterator[None]:
    """The block costs exactly so much; the registries are looked at just before it, not again within it."""
    snapshot.expire()
    clients.find("tax")
    policies.expire()
    policies.current()
    cost.sql = cost.trips = cost.signatures = 0
    yield
    assert cost == Cost(sql=sql, trips=trips, signatures=signatures)


def refreshed(me: Person, client: Portal, **changes: str) -> str:
    """A refresh token after a first refresh, with which Redis learns the script."""
    first = me.tokens(client, **changes)["refresh_token"]
    answer = me.token(client, {"grant_type": "refresh_token", "refresh_token": first})
    return str((answer.json or {})["refresh_token"])


def test_re_entry_costs_four_trips_two_signatures_and_no_sql(me: Person, tax: Portal, measured: Cost) -> None:
    me.tokens(tax)
    with costs(measured, sql=0, trips=4, signatures=2):
        me.tokens(tax)


def test_a_login_at_a_portal_entered_before_costs_fourteen_trips(
    app: Flask, stores: None, tax: Portal, measured: Cost
) -> None:
    """From the portal's request to its code: six answers of ours, and the pages between them."""
    person_id = citizen()
    authenticators.password.set(person_id, PASSWORD)
    first = Person(app)
    first.log_in(person_id)
    first.code_for(tax)
    for trips in (None, 14):
        # The first login teaches Redis the scripts.
        me = Person(app)
        measured.trips = 0
        path = me.authorize(tax).location
        for fields in (
            {"step": "identifier", "identifier": NUMBER},
            {"step": "password", "password": PASSWORD},
        ):
            me.post(path, {"csrf_token": csrf(me.get(path).text), **fields})
        assert "code" in query(me.get(me.get(path).location).location)
        assert trips in (None, measured.trips)


def test_tokens_under_an_old_key_cost_one_trip_more_and_then_none(
    app: Flask, stores: None, tmp_path: Path, time_travel: MovableClock, measured: Cost
) -> None:
    with keys.of_server(tmp_path / "keys"):
        settings.use(settings.current().model_copy(update={"key_publish_lead": 0}))
        me, client = Person(app), portal()
        me.log_in(citizen())
        old = refreshed(me, client)
        key_service.rotate("token", operator="test", record=audit.record)
        time_travel.advance(2)
        form = {"grant_type": "refresh_token", "refresh_token": old}
        with costs(measured, sql=0, trips=2, signatures=2):
            again = me.token(client, form)
        form["refresh_token"] = str((again.json or {})["refresh_token"])
        with costs(measured, sql=0, trips=1, signatures=2):
            me.token(client, form)


def test_a_pushed_re_entry_costs_three_trips_more(me: Person, tax: Portal, measured: Cost) -> None:
    me.tokens(tax)
    with costs(measured, sql=0, trips=7, signatures=2):
        pushed = me.post("/par", tax.request(), headers=tax.basic).json or {}
        location = me.get(f"/authorize?client_id=tax&request_uri={pushed['request_uri']}").location
        assert me.token(tax, tax.token_form(query(location)["code"])).status_code == 200


def test_a_re_entry_by_par_proof_and_assertion_costs_two_trips_more(
    me: Person, stores: None, measured: Cost
) -> None:
    """One for the mark of each assertion, at /par and at /token; the proof's rides along."""
    bank = signing_portal("tax", "fapi2", grant_types=("authorization_code", "refresh_token"))
    assert bank.redeem(me, bank.code(me)).status_code == 200
    with costs(measured, sql=0, trips=9, signatures=2):
        assert bank.redeem(me, bank.code(me)).status_code == 200


def test_a_refresh_bound_to_the_session_costs_one_trip(me: Person, tax: Portal, measured: Cost) -> None:
    token = refreshed(me, tax)
    with costs(measured, sql=0, trips=1, signatures=2):
        assert me.token(tax, {"grant_type": "refresh_token", "refresh_token": token}).status_code == 200


def test_an_offline_refresh_costs_one_transaction_and_one_trip(me: Person, measured: Cost) -> None:
    client = portal("tax", scopes=("openid", "offline_access"))
    token = refreshed(me, client, scope="openid offline_access")
    with costs(measured, sql=1, trips=1, signatures=2):
        assert me.token(client, {"grant_type": "refresh_token", "refresh_token": token}).status_code == 200


def test_userinfo_costs_one_trip_and_a_cold_person_two_statements(
    me: Person, tax: Portal, measured: Cost
) -> None:
    headers = {"Authorization": f"Bearer {me.tokens(tax)['access_token']}"}
    assert me.get("/userinfo", headers=headers).status_code == 200
    with costs(measured, sql=0, trips=1, signatures=0):
        assert me.get("/userinfo", headers=headers).status_code == 200


def test_introspection_costs_one_trip(me: Person, tax: Portal, measured: Cost) -> None:
    form = {"token": me.tokens(tax)["access_token"]}
    with costs(measured, sql=0, trips=1, signatures=0):
        assert me.post("/introspect", form, headers=tax.basic).json["active"]  # type: ignore[index]


def test_client_credentials_cost_one_trip_and_one_signature(me: Person, stores: None, measured: Cost) -> None:
    machine = service("tax")
    with costs(measured, sql=0, trips=1, signatures=1):
        assert me.token(machine, {"grant_type": "client_credentials"}).status_code == 200


@pytest.mark.parametrize("path", ["/jwks", "/.well-known/openid-configuration"])
def test_public_documents_cost_nothing(stranger: Person, tax: Portal, path: str, measured: Cost) -> None:
    stranger.get(path)
    with costs(measured, sql=0, trips=0, signatures=0):
        assert stranger.get(path).status_code == 200


def test_a_poll_for_an_approval_costs_one_trip(me: Person, stores: None, measured: Cost) -> None:
    device = ask_for_codes(me, kiosk("tax"))
    device.poll()
    with costs(measured, sql=0, trips=1, signatures=0):
        assert device.poll().status_code == 400


def test_asking_for_a_person_in_the_background_looks_nobody_up(
    me: Person, stores: None, measured: Cost
) -> None:
    line = hotline("tax")
    form = {"scope": "openid", "login_hint": PHONE}
    with costs(measured, sql=0, trips=3, signatures=0):
        assert me.post("/bc-authorize", form, headers=line.basic).status_code == 200


def test_a_proof_costs_no_trip_more(me: Person, tax: Portal, measured: Cost) -> None:
    """Its mark rides in the packet that takes the code, or that asks whether the token lives."""
    holder = Holder()

    def tokens() -> dict[str, Any]:
        form = tax.token_form(me.code_for(tax))
        return dict(me.token(tax, form, DPoP=holder.proof()).json or {})

    tokens()
    with costs(measured, sql=0, trips=4, signatures=2):
        access = tokens()["access_token"]
    assert me.get("/userinfo", headers=holder.show(access)).status_code == 200
    with costs(measured, sql=0, trips=1, signatures=0):
        assert me.get("/userinfo", headers=holder.show(access)).status_code == 200


def test_nor_does_a_systems_own(me: Person, stores: None, measured: Cost) -> None:
    machine, holder = service("tax"), Holder()
    form = {"grant_type": "client_credentials"}
    me.token(machine, form, DPoP=holder.proof())
    with costs(measured, sql=0, trips=1, signatures=1):
        assert me.token(machine, form, DPoP=holder.proof()).status_code == 200


def test_a_refresh_by_proof_costs_one_trip_more(me: Person, tax: Portal, measured: Cost) -> None:
    """A proof that was shown before must not use the token up, so its mark goes ahead."""
    holder = Holder()
    form = {"grant_type": "refresh_token", "refresh_token": me.tokens(tax)["refresh_token"]}
    form["refresh_token"] = (me.token(tax, form, DPoP=holder.proof()).json or {})["refresh_token"]
    with costs(measured, sql=0, trips=2, signatures=2):
        assert me.token(tax, form, DPoP=holder.proof()).status_code == 200


def test_where_tokens_are_not_rotated_the_mark_rides_along(me: Person, stores: None, measured: Cost) -> None:
    """One trip is the assertion's mark, the other all the rest."""
    bank = signing_portal("tax", "fapi2", grant_types=("authorization_code", "refresh_token"))
    token = str((bank.redeem(me, bank.code(me)).json or {})["refresh_token"])
    assert bank.refresh(me, token).status_code == 200
    with costs(measured, sql=0, trips=2, signatures=2):
        assert bank.refresh(me, token).status_code == 200

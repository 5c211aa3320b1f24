"""Lasting verbs of the registry: transaction, audit record, what other processes see."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

import clients
from clients import manifest, service
from idp import audit
from idp.audit import queries as audit_queries
from idp.base.errors import Rejected, Unavailable
from idp.base.secret import digest
from idp.store import db
from tests import registrations
from tests.conftest import MovableClock
from tests.registrations import apply, entry, native

pytestmark = pytest.mark.usefixtures("stores")
HOUR = 3600


def rows() -> list[Any]:
    return db.fetch_all(text("SELECT * FROM client ORDER BY client_id"))


def version() -> int:
    found = db.fetch_one(text("SELECT value FROM registry_version WHERE name = 'clients'"))
    return found.value if found else 0


def events(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(event.client, json.loads(event.detail)) for event in reversed(audit_queries.events(kind=kind))]


def found(client_id: str = "portal-a") -> clients.Client:
    client = clients.find(client_id)
    assert client is not None
    return client


def test_applying_creates_changes_and_leaves_alone(time_travel: MovableClock) -> None:
    first = service.apply(registrations.clients(entry(), entry(client_id="portal-b")), operator="t")
    assert [(change.client_id, change.action) for change in first] == [
        ("portal-a", "created"),
        ("portal-b", "created"),
    ]
    created_at = found("portal-b").created_at
    time_travel.advance(60)
    second = service.apply(
        registrations.clients(entry(), entry(client_id="portal-b", name="新名称")), operator="t"
    )
    assert [(change.action, change.fields) for change in second] == [
        ("unchanged", {}),
        ("changed", {"name": ("示范门户", "新名称")}),
    ]
    assert found("portal-b").name == "新名称"
    assert found("portal-b").created_at == created_at


def test_what_was_applied_is_what_requests_find() -> None:
    apply(entry(min_level="l2"))
    client = found()
    assert manifest.document(client) == manifest.document(registrations.client(min_level="l2"))
    assert client.enabled
    assert clients.all_enabled() == (client,)
    assert clients.find("nobody") is None


def test_applying_unchanged_clients_writes_nothing() -> None:
    apply(entry())
    before = (rows(), version(), events("client.apply"))
    apply(entry())
    assert (rows(), version(), events("client.apply")) == before


def test_clients_that_a_manifest_does_not_name_stay() -> None:
    apply(entry())
    apply(entry(client_id="portal-b"))
    assert found("portal-a").enabled


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    apply(entry())
    before = (rows(), version(), events("client.apply"))
    planned = registrations.clients(entry(name="新名称"), entry(client_id="portal-b"))
    dry = service.apply(planned, operator="t", dry_run=True)
    assert (rows(), version(), events("client.apply")) == before
    assert all(change.secret is None for change in dry)
    done = service.apply(planned, operator="t")
    assert [(c.client_id, c.action, c.fields, c.makes_secret) for c in dry] == [
        (c.client_id, c.action, c.fields, c.makes_secret) for c in done
    ]


def test_every_change_is_recorded_with_the_names_of_what_changed() -> None:
    apply(entry())
    apply(entry(name="新名称", contact="new@good.example"))
    (_, created), (client_id, changed) = events("client.apply")
    assert created["action"] == "created"
    assert client_id == "portal-a"
    assert changed == {
        "action": "changed",
        "changes": ["contact", "name"],
        "fingerprint": found().fingerprint,
        "operator": "tester",
    }


def test_a_secret_is_made_once_and_kept_as_a_hash_only() -> None:
    secrets = apply(entry(), native())
    assert list(secrets) == ["portal-a"]
    assert found().secret_matches(secrets["portal-a"])
    assert not found("app").secrets
    assert apply(entry(name="新名称")) == {}
    assert found().secret_matches(secrets["portal-a"])
    assert secrets["portal-a"] not in str(rows())
    assert digest(secrets["portal-a"]) in str(rows())


def test_a_secret_made_does_not_print() -> None:
    [change] = service.apply(registrations.clients(entry()), operator="t")
    assert change.secret is not None
    assert change.secret.reveal() not in repr(change)


def test_leaving_secrets_behind_forgets_them_and_coming_back_makes_a_new_one() -> None:
    old = apply(entry())["portal-a"]
    own = entry(token_endpoint_auth_method="private_key_jwt", jwks_uri="https://a.example/jwks.json")
    assert apply(own) == {}
    assert found().secrets == ()
    new = apply(entry())["portal-a"]
    assert new != old
    assert not found().secret_matches(old)


def test_a_rotated_secret_works_beside_the_old_one_until_the_overlap_ends(time_travel: MovableClock) -> None:
    old = apply(entry())["portal-a"]
    new = service.rotate_secret("portal-a", overlap=HOUR, operator="t").reveal()
    assert found().secret_matches(old)
    assert found().secret_matches(new)
    time_travel.advance(HOUR)
    assert not found().secret_matches(old)
    assert found().secret_matches(new)
    [(client_id, detail)] = events("client.secret_rotate")
    assert client_id == "portal-a"
    assert detail["operator"] == "t"


def test_without_overlap_the_old_secret_ends_at_once() -> None:
    old = apply(entry())["portal-a"]
    new = service.rotate_secret("portal-a", overlap=0, operator="t").reveal()
    assert not found().secret_matches(old)
    assert [one.digest for one in found().secrets] == [digest(new)]


def test_rotating_again_never_prolongs_an_older_secret(time_travel: MovableClock) -> None:
    oldest = apply(entry())["portal-a"]
    service.rotate_secret("portal-a", overlap=60, operator="t")
    service.rotate_secret("portal-a", overlap=HOUR, operator="t")
    assert len(found().secrets) == 3
    time_travel.advance(60)
    assert not found().secret_matches(oldest)


def test_secrets_cannot_pile_up() -> None:
    apply(entry())
    for _ in range(service.MOST_SECRETS - 1):
        service.rotate_secret("portal-a", overlap=HOUR, operator="t")
    with pytest.raises(Rejected):
        service.rotate_secret("portal-a", overlap=HOUR, operator="t")
    service.rotate_secret("portal-a", overlap=0, operator="t")
    assert len(found().secrets) == 1


@pytest.mark.parametrize(
    ("client_id", "overlap"), [("nobody", 0), ("app", 0), ("portal-a", -1), ("portal-a", 10**9)]
)
def test_a_rotation_that_makes_no_sense_is_refused_and_writes_nothing(client_id: str, overlap: int) -> None:
    apply(entry(), native())
    before = (rows(), version())
    with pytest.raises(Rejected):
        service.rotate_secret(client_id, overlap=overlap, operator="t")
    assert (rows(), version()) == before
    assert not events("client.secret_rotate")


def test_parallel_rotations_lose_no_secret() -> None:
    apply(entry())

    def rotate(_: int) -> str:
        return service.rotate_secret("portal-a", overlap=HOUR, operator="t").reveal()

    with ThreadPoolExecutor(3) as pool:
        secrets = list(pool.map(rotate, range(3)))
    assert all(found().secret_matches(secret) for secret in secrets)


def test_a_disabled_client_is_found_as_disabled_and_comes_back() -> None:
    secret = apply(entry())["portal-a"]
    service.disable("portal-a", operator="t")
    assert not found().enabled
    assert clients.all_enabled() == ()
    service.enable("portal-a", operator="t")
    assert found().enabled
    assert found().secret_matches(secret)
    assert [detail["status"] for _, detail in events("client.disable")] == ["disabled", "enabled"]


def test_applying_a_manifest_does_not_enable_a_disabled_client() -> None:
    apply(entry())
    service.disable("portal-a", operator="t")
    apply(entry(name="新名称"))
    assert not found().enabled


def test_disabling_twice_is_recorded_once_and_an_unknown_client_is_refused() -> None:
    apply(entry())
    service.disable("portal-a", operator="t")
    before = version()
    service.disable("portal-a", operator="t")
    assert version() == before
    assert len(events("client.disable")) == 1
    with pytest.raises(Rejected):
        service.disable("nobody", operator="t")


def test_a_sector_never_changes_because_every_sub_would() -> None:
    apply(entry())
    for moved in (entry(sector="other.example"), entry(redirect_uris=["https://new.example/cb"])):
        with pytest.raises(manifest.Refused) as refused:
            apply(moved)
        assert "must stay good.example" in refused.value.problems[0]
    apply(entry(redirect_uris=["https://new.example/cb"], sector="good.example"))


def test_a_sector_belongs_to_one_organisation() -> None:
    apply(entry())
    with pytest.raises(manifest.Refused):
        apply(entry(client_id="spy", organization="其他单位"))
    with pytest.raises(manifest.Refused):
        apply(
            entry(client_id="b", sector="shared.example"),
            entry(client_id="c", sector="shared.example", organization="其他单位"),
        )
    assert clients.find("spy") is clients.find("b") is None
    apply(entry(client_id="portal-b"))


def test_one_refused_client_keeps_the_others_out_too() -> None:
    apply(entry())
    with pytest.raises(manifest.Refused):
        apply(entry(client_id="portal-b"), entry(sector="other.example"))
    assert clients.find("portal-b") is None


def test_when_the_record_cannot_be_kept_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    apply(entry())
    before = (rows(), version())

    def broken(*_: object, **__: object) -> None:
        raise Unavailable("audit")

    for name in ("record_each", "record_in"):
        monkeypatch.setattr(audit, name, broken)
    for change in (
        lambda: apply(entry(name="新名称")),
        lambda: service.rotate_secret("portal-a", overlap=0, operator="t"),
        lambda: service.disable("portal-a", operator="t"),
    ):
        with pytest.raises(Unavailable):
            change()
    assert (rows(), version()) == before


def test_applying_repairs_a_damaged_row() -> None:
    apply(entry())
    with db.writing_engine().begin() as connection:
        connection.execute(text("UPDATE client SET document = 'x'"))
    clients.forget()
    assert clients.find("portal-a") is None
    with pytest.raises(Rejected, match="unreadable"):
        service.rotate_secret("portal-a", overlap=0, operator="t")
    secret = apply(entry())["portal-a"]
    assert found().secret_matches(secret)


def test_the_columns_beside_the_document_say_the_same() -> None:
    apply(entry())
    [row] = rows()
    client = found()
    assert (row.sector, row.organization) == (client.sector, client.organization)

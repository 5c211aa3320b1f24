"""Which data need which leave, and when an old answer still holds."""

from dataclasses import replace

import pytest

from clients import Client
from clients.scopes import SCOPES
from idp import consent
from idp.consent.consent import TEXT_VERSION, Consent, alone
from idp.consent.wording import BASES
from tests.packages.consent.conftest import portal
from tests.registrations import client as registered


def kinds(client: Client, *names: str) -> dict[str, str]:
    return {item.name: item.kind for item in consent.ask(client, "p", names).items}


def test_statutory_duty_tells_and_everything_else_asks() -> None:
    client = registered(scopes=["openid", "profile", "phone", "profile.full"],
                        legal_basis={"profile.full": "consent"})  # fmt: skip
    assert kinds(client, "openid", "profile", "phone", "profile.full", "region", "offline_access") == {
        "openid": "notice",
        "profile": "notice",
        "phone": "consent",
        "profile.full": "consent",
        "region": "notice",
        "offline_access": "consent",
    }


def test_the_basis_of_the_portal_decides(client: Client) -> None:
    assert kinds(client, "profile.full") == {"profile.full": "separate"}
    statutory = portal(legal_basis={"profile.full": "statutory_duty", "phone": "statutory_duty"})
    assert kinds(statutory, "profile.full", "phone") == {"profile.full": "notice", "phone": "notice"}


def test_data_without_any_basis_are_asked_for_apart() -> None:
    assert kinds(registered(), "profile.full", "idcard") == {"profile.full": "separate", "idcard": "separate"}


def test_unknown_scopes_and_those_of_services_are_no_question() -> None:
    assert kinds(registered(), "openid", "data.query", "admin", "") == {"openid": "notice"}


def test_sensitive_data_stand_apart_and_the_elder_version_shows_one_at_a_time(client: Client) -> None:
    ask = consent.ask(client, "p", ("openid", "profile", "phone", "profile.full"))
    names = [[item.name for item in group] for group in ask.groups()]
    assert names == [["openid", "profile", "phone"], ["profile.full"]]
    assert [len(group) for group in ask.groups(one_by_one=True)] == [1, 1, 1, 1]
    assert [alone(group) for group in ask.groups(one_by_one=True)] == [False, False, True, True]
    assert consent.ask(client, "p", ()).groups() == []


@pytest.mark.parametrize("changed", [{"name": "另一门户"}, {"purpose": "别的用途"}, {"retention": "永久"}])
def test_an_answer_does_not_hold_for_a_changed_portal(client: Client, changed: dict[str, str]) -> None:
    answer = Consent(
        id="c",
        person_id="p",
        client_id=client.client_id,
        scopes=("openid",),
        refused=("phone",),
        legal_basis={},
        purpose="",
        fingerprint=client.fingerprint,
        text_version=TEXT_VERSION,
        granted_at=1,
    )
    assert answer.holds_for(client)
    assert answer.covers(("openid", "phone", "unknown"))
    assert not answer.covers(("openid", "profile"))
    assert not answer.holds_for(portal(**changed))
    assert not replace(answer, text_version="2020-01").holds_for(client)
    assert consent.version(client) != consent.version(portal(**changed))


def test_every_legal_basis_has_its_words() -> None:
    assert {scope.legal_basis for scope in SCOPES} - {None} <= set(BASES)

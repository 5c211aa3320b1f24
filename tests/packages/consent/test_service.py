"""Answers are kept, replaced, withdrawn with everything that came of them, and can be shown."""

import orjson
import pytest

from clients import Client
from idp import consent, keyring, sessions
from idp.audit.queries import events
from idp.base.clock import now, now_us
from idp.consent import queries, service
from idp.sessions import Participant
from idp.store import redis
from idp.tokens import liveness
from idp.tokens.codes import grant_key
from idp.tokens.handle import SESSION, Handle
from tests.packages.consent.conftest import Citizen, portal

OFFERED = ("openid", "profile", "phone")


def agree(someone: Citizen, client: Client, *scopes: str, asked: tuple[str, ...] = OFFERED) -> str:
    return service.grant(consent.ask(client, someone.person_id, asked), scopes, purpose="报税")


def test_an_answer_is_asked_for_once(someone: Citizen, client: Client) -> None:
    assert consent.needed(client, someone.person_id, OFFERED)
    assert consent.given(client, someone.person_id, OFFERED) is None
    agree(someone, client, "openid", "profile")
    assert consent.needed(client, someone.person_id, OFFERED) is None
    assert consent.given(client, someone.person_id, ("phone", "openid")) == ("openid",)
    assert consent.given(client, someone.person_id, (*OFFERED, "profile.full")) is None


def test_answers_to_other_data_stay_until_the_portal_changes(someone: Citizen, client: Client) -> None:
    agree(someone, client, "openid", "phone", asked=("openid", "phone"))
    agree(someone, client, "openid", asked=("openid", "profile.full"))
    assert consent.given(client, someone.person_id, ("openid", "phone", "profile.full")) == (
        "openid",
        "phone",
    )
    changed = portal(name="另一门户")
    agree(someone, changed, "openid", asked=("openid",))
    assert consent.given(changed, someone.person_id, ("phone",)) is None


def test_only_what_was_asked_can_be_granted(someone: Citizen, client: Client) -> None:
    agree(someone, client, "openid", "idcard", asked=("openid",))
    [kept] = consent.of_person(someone.person_id)
    assert (kept.scopes, kept.refused) == (("openid",), ())


def test_a_grant_is_recorded_with_its_bases(someone: Citizen, client: Client) -> None:
    agree(someone, client, "openid", "phone")
    [event] = events(kind="consent.grant", person=someone.person_id)
    assert (event.client, event.outcome) == ("portal-a", "success")
    detail = orjson.loads(event.detail)
    assert detail["scope"] == ["openid", "phone"]
    assert detail["legal_basis"] == ["openid: statutory_duty", "phone: consent"]


def test_a_withdrawal_ends_what_the_portal_got(someone: Citizen, client: Client) -> None:
    agree(someone, client, "openid")
    entered = Participant(since=now(), consent=consent.version(client), scopes=("openid",), organization=None)
    assert sessions.enter(someone.session, "portal-a", entered)
    token = Handle(
        kind=SESSION,
        grant="grant",
        session=someone.session.id,
        person=someone.person_id,
        organization=None,
        granted_at=now_us(),
    )
    redis.call("SET", grant_key(token.grant), "1")
    assert liveness.alive(token, "portal-a", "jti")
    assert service.withdraw(someone.person_id, "portal-a")
    assert consent.of_person(someone.person_id) == []
    assert consent.given(client, someone.person_id, ("openid",)) is None
    assert not liveness.alive(token, "portal-a", "jti")
    [session] = sessions.of_person(someone.person_id)
    assert session.participants == {}
    [event] = events(kind="consent.withdraw", person=someone.person_id)
    assert event.client == "portal-a"
    assert not service.withdraw(someone.person_id, "portal-a")


def test_a_withdrawal_leaves_other_portals_and_other_people_alone(someone: Citizen, client: Client) -> None:
    agree(someone, client, "openid")
    service.withdraw(someone.person_id, "portal-b")
    service.withdraw("00000000-0000-4000-8000-000000000000", "portal-a")
    assert len(consent.of_person(someone.person_id)) == 1


def test_a_receipt_is_signed_and_names_nobody(someone: Citizen, client: Client) -> None:
    consent_id = agree(someone, client, "openid", "phone")
    kept = queries.find(someone.person_id, consent_id)
    assert kept
    text = service.receipt(kept)
    claims = keyring.verify(text, typ="consent-receipt+jwt")
    assert claims["scopes"] == ["openid", "phone"]
    assert claims["refused"] == ["profile"]
    assert claims["purpose"] == "报税"
    assert someone.person_id not in str(claims)
    assert "withdrawn_at" not in claims


def test_a_receipt_of_a_withdrawn_consent_says_so(someone: Citizen, client: Client) -> None:
    consent_id = agree(someone, client, "openid")
    service.withdraw(someone.person_id, "portal-a")
    kept = queries.find(someone.person_id, consent_id)
    assert kept
    assert (
        keyring.verify(service.receipt(kept), typ="consent-receipt+jwt")["withdrawn_at"] == kept.withdrawn_at
    )


@pytest.mark.parametrize("stranger", ["", "00000000-0000-4000-8000-000000000000"])
def test_a_consent_is_found_by_its_own_person_only(someone: Citizen, client: Client, stranger: str) -> None:
    consent_id = agree(someone, client, "openid")
    assert queries.find(stranger, consent_id) is None

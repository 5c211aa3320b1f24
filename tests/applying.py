"""Applications of portals and those who take part in them, for tests."""

import json
from typing import Any

import pytest

from clients import applications, teams
from clients.applications import Applicant, Officer, service
from idp import audit
from idp.audit import jobs
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach
from idp.store import db
from tests.actors import portal
from tests.officers import PROVINCE, grow_tree
from tests.records import events, nothing_changed
from tests.registrations import entry

TEAM, DEVELOPER = "team-1", "developer-1"
FILING = "01010-26001-00001"
DAY = 86400
REVIEWER = frozenset({"admin:applications:read", "admin:applications:review", "admin:clients:write"})
APPROVER = frozenset({"admin:applications:read", "admin:applications:approve", "admin:restricted:approve"})
PLACE = Reach(division=PROVINCE)


def registration(**changes: object) -> dict[str, Any]:
    """The registration of a portal as production has it: keys instead of a secret."""
    own = {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://good.example/jwks",
        "redirect_uris": ["https://good.example/cb"],
        "sector": "good.example",
    }
    return {name: value for name, value in entry(**(own | changes)).items() if name != "client_id"}


def restricted(**changes: object) -> dict[str, Any]:
    """A registration that asks for the full ID number."""
    own = {
        "scopes": ["openid", "profile", "idcard"],
        "legal_basis": {"idcard": "separate_consent"},
        "item_codes": ["DEMO-ITEM-0001"],
        "impact_assessment": "PIA-2026-001",
        "restricted_until": clock.now() + 300 * DAY,
        "userinfo_encrypted_response_alg": "ECDH-ES",
    }
    return registration(**(own | changes))


def developer(team: str = TEAM) -> Applicant:
    return Applicant(id=DEVELOPER, team=team)


def officer(
    name: str, permissions: frozenset[str], division: str = PROVINCE, department: str = ""
) -> Officer:
    return Officer(id=name, reach=Reach(division=division, department=department), permissions=permissions)


def practised(team: str = TEAM) -> None:
    """Let a sandbox client of the team have shown all that must be seen."""
    if teams.client_ids(team):
        return
    client_id = f"sb-of-{team}"
    trial = portal(client_id, environment="sandbox", redirect_uris=("http://127.0.0.1:5000/callback",))
    with db.writing_engine().begin() as connection:
        belongs = {"client_id": client_id, "team_id": team, "created_by": DEVELOPER, "created_at": 0}
        connection.execute(db.db.metadata.tables["team_client"].insert(), belongs)
    passed(trial.client.client_id)


def passed(client_id: str) -> None:
    """What the record holds of a sandbox client whose program does all that must be seen."""
    audit.record("authz.grant", client=client_id, parameters=["acr_values", "nonce", "state"])
    audit.record("token.issue", client=client_id, grant_type="authorization_code")
    jobs.ship()


def drafted(client_id: str = "portal-a", *, place: Reach = PLACE, **changes: object) -> str:
    """A draft that nothing is wrong with; its id."""
    grow_tree()
    practised()
    return service.draft(
        client_id, entry=registration(**changes), filing=FILING, place=place, actor=developer()
    )


def submitted(client_id: str = "portal-a", *, place: Reach = PLACE, **changes: object) -> str:
    """A submitted application; its id."""
    made = drafted(client_id, place=place, **changes)
    service.submit(made, version=version(made), actor=developer())
    return made


def reviewed(client_id: str = "portal-a", *, place: Reach = PLACE, **changes: object) -> str:
    """An application that its first officer let pass; its id."""
    made = submitted(client_id, place=place, **changes)
    decide(made, officer("reviewer", REVIEWER, NATION))
    return made


def in_force(client_id: str = "portal-a", *, place: Reach = PLACE, **changes: object) -> str:
    """An application that is live; its id."""
    made = reviewed(client_id, place=place, **changes)
    decide(made, officer("approver", APPROVER, NATION))
    assert service.put_in_force(made)
    return made


def decide(made: str, by: Officer, outcome: Any = "approved", comment: str = "符合要求") -> None:
    found = applications.find(made)
    assert found
    service.decide(
        made,
        step=found.step or "approve",
        version=found.version,
        outcome=outcome,
        comment=comment,
        actor=by,
    )


def state(made: str) -> str:
    found = applications.find(made)
    assert found
    return found.state


def version(made: str) -> int:
    found = applications.find(made)
    assert found
    return found.version


def refusal(code: str, step: Any, *args: Any, **kwargs: Any) -> Rejected:
    """The refusal of a step: nothing is changed by it, and it is on record."""
    before = len(events())
    with nothing_changed(), pytest.raises(Rejected) as refused:
        step(*args, **kwargs)
    assert refused.value.code == code
    (event,) = events()[before:]
    assert (event.outcome, json.loads(event.detail)["error"]) == ("refused", code)
    return refused.value

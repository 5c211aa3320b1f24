"""Attack book, group F: acting for an organisation, and what is left when that right ends."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from idp import organizations, sessions
from idp.base.errors import Unavailable
from idp.organizations import service as companies
from idp.organizations.organization import Status
from idp.sessions import Participant
from tests.actors import Person, Portal, citizen, decode, portal
from tests.house.test_budgets import Cost, costs, measured

__all__ = ["measured"]

FIRM = "91010101MA01DEM07P"
API, LAND = "https://api.trade.example.gov", "https://api.land.example.gov"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFFLINE = "openid profile org offline_access"


class Company:
    """A legal representative, logged in, in whose name a portal was entered."""

    def __init__(self, app: Flask) -> None:
        self.person_id = citizen()
        self.id = companies.register(uscc=FIRM, name="示范甲一贸易有限公司")
        companies.add_representative(self.id, self.person_id)
        scopes = ("openid", "profile", "org", "offline_access")
        self.portal: Portal = portal(
            "trade", scopes=scopes, subject_types_allowed=("natural", "legal"), audience=API
        )
        self.me = Person(app)
        self.session = self.me.log_in(self.person_id)
        # As at a portal that was entered before: the choice is remembered, the consent is not.
        chosen = Participant(since=0, consent="", scopes=(), organization=self.id)
        assert sessions.enter(self.session, "trade", chosen)

    def refresh(self, made: dict[str, Any]) -> tuple[int, str]:
        form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
        answer = self.me.token(self.portal, form)
        return answer.status_code, (answer.json or {}).get("error", "")

    def told(self, made: dict[str, Any]) -> tuple[int, Any]:
        answer = self.me.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"})
        return answer.status_code, (answer.json or {}).get("org_uscc")

    def active(self, made: dict[str, Any]) -> bool:
        form = {"token": made["access_token"]}
        return bool((self.me.post("/introspect", form, headers=self.portal.basic).json or {})["active"])


@pytest.fixture
def company(app: Flask, stores: None) -> Company:
    return Company(app)


def end_representative(company: Company) -> None:
    companies.end_representative(company.id, company.person_id)


def becomes(status: Status) -> Callable[[Company], None]:
    return lambda company: companies.set_status(company.id, status)


ENDS = [end_representative, becomes("revoked"), becomes("cancelled"), becomes("abnormal")]


def test_f25_while_the_right_lasts_the_tokens_name_the_organisation(company: Company) -> None:
    made = company.me.tokens(company.portal, scope="openid org")
    assert decode(made["access_token"])["act"]["role"] == "legal_representative"
    assert company.told(made) == (200, FIRM)
    assert company.active(made)
    assert company.refresh(made) == (200, "")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("scope", ["openid org", OFFLINE])
def test_f25_when_the_right_to_act_ends_all_that_was_given_in_it_ends(
    company: Company, scope: str, end: Callable[[Company], None]
) -> None:
    made = company.me.tokens(company.portal, scope=scope)
    code = company.me.code_for(company.portal, scope=scope)
    end(company)
    assert company.told(made) == (401, None)
    assert not company.active(made)
    assert company.refresh(made) == (400, "invalid_grant")
    answer = company.me.token(company.portal, company.portal.token_form(code))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
    assert "error=" in company.me.authorize(company.portal, scope=scope, prompt="none").location


def test_f25_when_the_right_to_act_ends_no_service_passes_it_on(company: Company) -> None:
    between = portal(
        "trade-api", grant_types=(EXCHANGE,), redirect_uris=(), post_logout_redirect_uris=(),
        introspects=(API,), resources=(LAND,), scopes=("profile",),
    )  # fmt: skip
    form = {
        "grant_type": EXCHANGE,
        "subject_token": company.me.tokens(company.portal, scope="openid profile org")["access_token"],
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "resource": LAND,
    }
    assert company.me.token(between, form).status_code == 200
    companies.set_status(company.id, "revoked")
    answer = company.me.token(between, form)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


def test_f25_what_was_given_to_the_person_in_their_own_name_goes_on(company: Company) -> None:
    own = Person(company.me.http.application)  # type: ignore[arg-type]
    own.log_in(company.person_id)
    made = own.tokens(portal("tax"))
    companies.set_status(company.id, "cancelled")
    assert (
        own.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"}).status_code == 200
    )


def test_f25_a_suspension_that_is_lifted_lets_living_tokens_work_again(company: Company) -> None:
    made = company.me.tokens(company.portal, scope="openid org")
    companies.set_status(company.id, "abnormal")
    assert company.refresh(made) == (400, "invalid_grant")
    companies.set_status(company.id, "active")
    assert company.told(made) == (200, FIRM)
    assert company.refresh(made) == (200, ""), "a refusal for a while must not cost the refresh token"


def test_f25_the_right_is_looked_up_by_one_statement(company: Company, measured: Cost) -> None:
    made = company.me.tokens(company.portal, scope="openid org")
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    company.me.get("/userinfo", headers=headers)
    with costs(measured, sql=1, trips=1, signatures=0):
        assert company.me.get("/userinfo", headers=headers).status_code == 200
    with costs(measured, sql=1, trips=1, signatures=0):
        assert company.active(made)


def test_f25_without_the_database_nobody_is_told_that_the_right_lasts(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = company.me.tokens(company.portal, scope="openid org")

    def away(*_: object) -> None:
        raise Unavailable("database")

    monkeypatch.setattr(organizations.queries.db, "fetch_one", away)
    headers = {"Authorization": f"Bearer {made['access_token']}"}
    form = {"token": made["access_token"]}
    assert company.me.get("/userinfo", headers=headers).status_code == 503
    assert company.me.post("/introspect", form, headers=company.portal.basic).status_code == 503

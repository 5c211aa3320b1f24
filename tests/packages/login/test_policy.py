"""What a session lacks for a request, as a table."""

from dataclasses import replace
from typing import Any

import pytest

from idp import organizations
from idp.login import Requirement, decide
from idp.sessions import Participant, Session

NOW = 1_800_000_000


def session(**changed: Any) -> Session:
    plain = Session(
        id="session-1",
        person_id="person-1",
        ial=3,
        created_at=NOW - 600,
        seen_at=NOW,
        authentications=(("pwd", NOW - 600),),
        participants={},
        address="192.0.2.1",
        agent="Test/1",
    )
    return replace(plain, **changed)


STRONG = {"authentications": (("pwd", NOW - 600), ("otp", NOW - 500))}

TABLE = [
    # what the session is, what is asked, what is missing
    ({}, {}, "none"),
    ({}, {"level": 2}, "none"),
    ({"ial": 0}, {"level": 1}, "none"),
    ({"ial": 1}, {"level": 2}, "level_too_low"),
    ({}, {"level": 3}, "second_factor"),
    (STRONG, {"level": 3}, "none"),
    ({"ial": 2} | STRONG, {"level": 3}, "level_too_low"),
    (STRONG, {"level": 4}, "level_too_low"),
    ({"ial": 2}, {"level": 3}, "level_too_low"),
    ({}, {"max_age": 601}, "none"),
    ({}, {"max_age": 600}, "none"),
    ({}, {"max_age": 599}, "login"),
    ({}, {"max_age": 0}, "login"),
    ({}, {"fresh": True}, "login"),
    ({}, {"fresh": True, "logged_in": "session-1"}, "none"),
    ({}, {"max_age": 0, "logged_in": "session-1"}, "none"),
    ({}, {"max_age": 1, "logged_in": "session-1"}, "none"),
    ({}, {"fresh": True, "logged_in": "session-2"}, "login"),
    ({}, {"person_id": "person-1"}, "none"),
    ({}, {"person_id": "person-2"}, "wrong_person"),
    ({}, {"person_id": "person-2", "level": 3, "fresh": True}, "wrong_person"),
    ({}, {"choose": True}, "choose"),
    ({}, {"choose": True, "chosen": "session-1"}, "none"),
    ({}, {"choose": True, "chosen": "session-2"}, "choose"),
    ({}, {"choose": True, "level": 3}, "second_factor"),
]


@pytest.mark.parametrize(("is_", "asked", "missing"), TABLE)
def test_a_session_lacks(is_: dict[str, Any], asked: dict[str, Any], missing: str) -> None:
    assert decide(session(**is_), Requirement(**asked), NOW).missing == missing


def test_without_a_session_the_login_is_missing() -> None:
    assert decide(None, Requirement(), NOW).missing == "login"


def test_the_reason_of_a_level_tells_the_real_name_from_the_method() -> None:
    assert decide(session(ial=2, **STRONG), Requirement(level=3), NOW).why == "ial"
    assert decide(session(**STRONG), Requirement(level=4), NOW).why == "aal"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the organizations that person-1 represents."""
    mine: list[str] = ["company-1"]
    monkeypatch.setattr(organizations, "represented_by", lambda person_id: tuple(mine))
    monkeypatch.setattr(organizations, "represents", lambda person_id, organization: organization in mine)
    return mine


BOTH = ("natural", "legal")


def before(organization: str | None) -> dict[str, Any]:
    entered = Participant(since=NOW, consent="", scopes=(), organization=organization)
    return {"participants": {"portal": entered}}


def test_a_representative_chooses_at_the_first_visit(company: list[str]) -> None:
    asked = Requirement(subject_types=BOTH, client_id="portal")
    assert decide(session(), asked, NOW).missing == "choose"


def test_who_represents_nobody_acts_as_oneself(company: list[str]) -> None:
    company.clear()
    asked = Requirement(subject_types=BOTH, client_id="portal")
    assert decide(session(), asked, NOW) == decide(session(), Requirement(), NOW)


def test_who_represents_nobody_cannot_enter_a_portal_for_companies(company: list[str]) -> None:
    company.clear()
    asked = Requirement(subject_types=("legal",), client_id="portal")
    assert decide(session(), asked, NOW).missing == "choose"
    assert decide(session(**before(None)), asked, NOW).missing == "choose"


@pytest.mark.parametrize("organization", [None, "company-1"])
def test_a_choice_holds_at_the_next_visit(company: list[str], organization: str | None) -> None:
    asked = Requirement(subject_types=BOTH, client_id="portal")
    decision = decide(session(**before(organization)), asked, NOW)
    assert (decision.missing, decision.organization) == ("none", organization)


def test_a_choice_ends_with_the_right_to_make_it(company: list[str]) -> None:
    company.clear()
    asked = Requirement(subject_types=BOTH, client_id="portal")
    assert decide(session(**before("company-1")), asked, NOW).missing == "choose"
    chosen = replace(asked, chosen="session-1", organization="company-1")
    assert decide(session(), chosen, NOW).missing == "choose"


def test_the_new_choice_wins_over_the_old(company: list[str]) -> None:
    asked = Requirement(subject_types=BOTH, client_id="portal", choose=True, chosen="session-1")
    decision = decide(session(**before("company-1")), asked, NOW)
    assert (decision.missing, decision.organization) == ("none", None)


def test_a_portal_for_persons_never_gets_an_organization(company: list[str]) -> None:
    asked = Requirement(client_id="portal", chosen="session-1", organization="company-1")
    assert decide(session(**before("company-1")), asked, NOW).organization is None


def test_a_requirement_survives_its_record_and_forgets_what_a_login_met() -> None:
    asked = Requirement(level=3, max_age=5, fresh=True, subject_types=BOTH, logged_in="s", chosen="s")
    assert Requirement.from_json(asked.as_json() | {"unknown": 1}) == asked
    assert asked.unmet() == replace(asked, logged_in="", chosen="")

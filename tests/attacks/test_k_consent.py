"""Attack book, rows of the consent page: K09 K10 K11 K12 K13 N21."""

import pytest

from clients import Client
from idp import consent
from tests.packages.consent.conftest import Citizen, client, portal, someone, spooled

__all__ = ["client", "someone", "spooled"]

MARKER = '<script>alert(1)</script>{{7*7}}"onmouseover=x'


@pytest.mark.parametrize(
    "added",
    [
        {"scope": "openid idcard", "scopes": "idcard"},
        {"client_id": "portal-b", "person_id": "somebody", "return_to": "https://evil.example/"},
        {"agreed": "idcard", "granted": "true", "purpose": "anything"},
    ],
)
def test_k10_what_a_form_adds_is_not_read(someone: Citizen, client: Client, added: dict[str, str]) -> None:
    someone.asked("openid", "phone")
    answer = someone.answers("agree", "idcard", "profile.full", "phone", **added)
    assert answer.headers["Location"].startswith("/authorize/continue/attempt?ask=")
    decision = someone.decision()
    assert decision
    assert (decision.client_id, decision.person_id) == ("portal-a", someone.person_id)
    assert decision.scopes == ("openid", "phone")


def test_k10_an_address_decides_nothing(someone: Citizen, client: Client) -> None:
    someone.asked("openid")
    for query in ("decision=agree", "decision=agree&step=x", "ask=x&granted=1"):
        assert someone.browser.get(f"/consent/{someone.ask}?{query}").status_code == 200
    assert someone.decision() is None
    assert consent.of_person(someone.person_id) == []


def test_k10_a_question_nobody_asked_is_not_found(someone: Citizen, client: Client) -> None:
    someone.asked("openid")
    someone.ask = "x" * 43
    assert someone.page().status_code == 404


def test_k11_a_changed_portal_asks_again(someone: Citizen, client: Client) -> None:
    someone.asked("openid")
    someone.answers("agree")
    assert consent.given(client, someone.person_id, ("openid",)) == ("openid",)
    assert consent.given(portal(name="改名门户"), someone.person_id, ("openid",)) is None
    moved = portal(redirect_uris=["https://moved.example/cb"])
    assert consent.given(moved, someone.person_id, ("openid",)) is None


def test_k12_the_page_names_the_host_the_browser_will_go_to(someone: Citizen, client: Client) -> None:
    assert "<dd>good.example</dd>" in someone.asked("openid")


def test_k13_a_refusal_keeps_nothing_and_a_later_visit_is_asked_again(
    someone: Citizen, client: Client
) -> None:
    someone.asked("openid")
    someone.answers("deny")
    assert consent.of_person(someone.person_id) == []
    assert consent.needed(client, someone.person_id, ("openid",)) is not None


def test_k09_the_consent_page_cannot_be_framed(someone: Citizen, client: Client) -> None:
    someone.asked("openid")
    assert "frame-ancestors 'none'" in someone.page().headers["Content-Security-Policy"]


def test_n21_markers_of_a_portal_come_out_as_text(
    someone: Citizen, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in ("name", "organization", "contact", "purpose", "retention"):
        object.__setattr__(client, field, MARKER)
    monkeypatch.setattr("clients.find", lambda client_id: client)
    html = someone.asked("openid", purpose=MARKER)
    assert "<script" not in html
    assert '"onmouseover' not in html
    assert html.count("{{7*7}}") >= 5

"""What I agreed to is listed, can be kept as a receipt and withdrawn."""

import clients
from idp import consent, keyring, persons
from idp.consent import service
from tests.packages.account.conftest import Citizen
from tests.registrations import apply, entry
from tests.webface import citizen


def agreed(person_id: str) -> str:
    apply(entry())
    clients.forget()
    client = clients.find("portal-a")
    assert client
    return service.grant(consent.ask(client, person_id, ("openid", "profile")), ("openid", "profile"))


def test_without_consents_the_page_says_what_comes(someone: Citizen) -> None:
    assert "您还没有授权任何应用。" in someone.page("consents")


def test_consents_are_listed_with_their_data(someone: Citizen) -> None:
    agreed(someone.person_id)
    html = someone.page("consents")
    assert "示范门户" in html
    assert "登录标识、基本信息" in html


def test_withdrawing_asks_first_and_then_ends_it(someone: Citizen) -> None:
    consent_id = agreed(someone.person_id)
    assert "要撤回对“示范门户”的授权吗？" in someone.page(f"consents/{consent_id}/withdraw")
    assert consent.of_person(someone.person_id)
    answer = someone.posts(f"consents/{consent_id}/withdraw")
    assert answer.headers["Location"] == "/account/consents"
    assert "已撤回授权" in someone.page("consents")
    assert consent.of_person(someone.person_id) == []
    assert someone.posts(f"consents/{consent_id}/withdraw").status_code == 404


def test_a_receipt_can_be_kept(someone: Citizen) -> None:
    consent_id = agreed(someone.person_id)
    answer = someone.browser.get(f"/account/consents/{consent_id}/receipt")
    assert answer.mimetype == "application/jwt"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert keyring.verify(answer.text, typ="consent-receipt+jwt")["jti"] == consent_id


def test_nobody_sees_or_ends_the_consents_of_a_stranger(someone: Citizen) -> None:
    stranger = citizen("王示例", "010101198001010013")
    theirs = agreed(stranger)
    assert persons.find(stranger)
    assert someone.browser.get(f"/account/consents/{theirs}/receipt").status_code == 404
    assert someone.browser.get(f"/account/consents/{theirs}/withdraw").status_code == 404
    assert someone.posts(f"consents/{theirs}/withdraw").status_code == 404
    assert len(consent.of_person(stranger)) == 1

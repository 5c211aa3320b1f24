"""Whoever represents a company: chooses in whose name to act, and changes it (US-18, US-21)."""

from tests.journeys.conftest import Arrive

JUFU = "91010101MA000012X0"
PARTNERSHIP = "91010101MA0000437X"
ABNORMAL = "91010101MA0000015Y"


def test_a_representative_chooses_the_company_and_switches_later(arrive: Arrive) -> None:
    agent = arrive("several-companies")
    agent.log_in_at("enterprise-registration", JUFU)
    assert f"identity-{JUFU}" in agent.asked
    assert "示范聚富实业有限公司" in agent.text("#principal")
    person = agent.text("#sub")
    agent.asked.clear()
    agent.press("#switch")
    agent.pass_platform(PARTNERSHIP)
    assert agent.asked == [f"identity-{PARTNERSHIP}"]
    assert "示范聚富投资合伙企业" in agent.text("#principal")
    assert agent.text("#sub") == person, "the person stays the same, whoever is acted for"
    agent.press("#switch")
    agent.pass_platform("self")
    assert "本人" in agent.text("#principal")


def test_a_service_is_filled_in_with_the_company(arrive: Arrive) -> None:
    agent = arrive("shop-owner")
    agent.log_in_at("enterprise-registration", "92020101MA03ABCD7B")
    agent.press("a[href='/service/report']")
    assert "乙一金家小吃店" in agent.text("main")
    assert "92020101MA03ABCD7B" in agent.text("main")


def test_other_portals_know_the_person_and_not_the_company(arrive: Arrive) -> None:
    agent = arrive("institution-head")
    agent.log_in_at("enterprise-registration", "12010101123456788P")
    agent.walk_to("tax")
    assert "甲一示范医院" not in agent.text("main")


def test_who_represents_nobody_is_not_asked_in_whose_name(arrive: Arrive) -> None:
    citizen = arrive("li-shilan")
    citizen.log_in_at("enterprise-registration")
    assert not [step for step in citizen.asked if step.startswith("identity-")]
    assert "本人" in citizen.text("#principal")


def test_the_chooser_works_on_a_phone_without_scripts(arrive: Arrive) -> None:
    agent = arrive("chen-shigang", phone=True, scripts=False)
    agent.log_in_at("enterprise-registration")
    assert "本人" in agent.text("#principal")

"""In whose name: companies by choice, and companies by their code in the box."""

import pytest

from idp.login import attempts
from idp.organizations import service as companies
from tests.loginface import Browser, bare, events, someone

pytestmark = pytest.mark.usefixtures("spooled")

BOTH = ("natural", "legal")
CODE, OTHER_CODE = "91010101MA01DEM07P", "91010102MA02TERT4M"
NOBODYS = "91010101MA000012X0"


def company(code: str = CODE, name: str = "示范甲一贸易有限公司") -> str:
    return companies.register(uscc=code, name=name, name_en="Demo Trading")


def chosen(browser: Browser) -> str | None:
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert attempt.requirement.chosen
    return attempt.organization


@pytest.fixture
def browser() -> Browser:
    """The browser of a representative who has logged in; the company is ``company.id`` of the attempt."""
    person = someone()
    browser = Browser()
    browser.company = company()  # type: ignore[attr-defined]
    companies.add_representative(browser.company, person.id)  # type: ignore[attr-defined]
    browser.begin(subject_types=BOTH)
    browser.identify()
    browser.password()
    return browser


def test_a_representative_is_asked_in_whose_name(browser: Browser) -> None:
    page = browser.look()
    assert "请选择办理身份" in page.text
    assert "以个人身份办理" in page.text
    assert "示范甲一贸易有限公司" in page.text
    browser.send("choice", identity=browser.company)  # type: ignore[attr-defined]
    assert browser.arrived
    assert chosen(browser) == browser.company  # type: ignore[attr-defined]
    (recorded,) = events("context.choose")
    assert recorded.organization == browser.company  # type: ignore[attr-defined]


def test_a_representative_may_act_as_oneself(browser: Browser) -> None:
    browser.send("choice", identity="self")
    assert browser.arrived
    assert chosen(browser) is None


def test_a_portal_for_persons_does_not_ask(browser: Browser) -> None:
    browser.begin()
    assert browser.arrived


def test_who_represents_nobody_is_not_asked() -> None:
    someone()
    browser = Browser()
    browser.begin(subject_types=BOTH)
    browser.identify()
    browser.password()
    assert browser.arrived


def test_a_portal_for_companies_tells_who_represents_none() -> None:
    someone()
    browser = Browser()
    browser.begin(subject_types=("legal",))
    browser.identify()
    browser.password()
    page = browser.look()
    assert "您暂无可代表的企业" in page.text
    assert "以个人身份办理" not in page.text
    browser.send("choice", identity="self")
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert attempt.outcome == "cancelled"


def enter_by_code(code: str) -> Browser:
    browser = Browser()
    browser.begin(subject_types=BOTH)
    browser.identify(code)
    assert "请使用法定代表人或经办人本人的账号登录" in browser.look().text
    browser.identify()
    browser.password()
    return browser


def test_a_credit_code_leads_over_the_persons_own_login_to_the_company() -> None:
    person, own = someone(), company()
    companies.add_representative(own, person.id)
    companies.add_representative(company(OTHER_CODE, "示范甲二"), person.id)
    browser = enter_by_code("91010101ma01dem07p")
    page = browser.look()
    assert "示范甲一贸易有限公司" in page.text
    assert "示范甲二" not in page.text
    browser.send("choice", identity=own)
    assert browser.arrived
    assert chosen(browser) == own


def test_a_company_of_others_and_one_that_is_not_there_are_one_answer() -> None:
    someone()
    company()
    others = bare(enter_by_code(CODE).look())
    absent = bare(enter_by_code(NOBODYS).look())
    assert "核验未通过：无法确认您为该企业法定代表人。" in others
    assert "示范甲一" not in others
    assert others == absent


def test_a_refused_company_leaves_the_way_as_oneself() -> None:
    someone()
    browser = enter_by_code(NOBODYS)
    browser.send("choice", identity="self")
    assert browser.arrived
    assert chosen(browser) is None


def test_only_the_representative_learns_that_a_company_is_gone() -> None:
    person, own = someone(), company()
    companies.add_representative(own, person.id)
    companies.set_status(own, "revoked")
    browser = enter_by_code(CODE)
    assert "该企业当前登记状态无法办理" in browser.look().text
    browser.send("choice", identity=own)
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert attempt.outcome == "cancelled"


def test_a_portal_for_persons_says_that_companies_cannot_enter() -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify(CODE)
    browser.identify()
    browser.password()
    assert "该应用不支持以企业身份办理" in browser.look().text
    browser.send("choice", identity="self")
    assert browser.arrived


def test_the_account_chooser_asks_even_who_has_no_company() -> None:
    someone()
    browser = Browser()
    browser.log_in()
    browser.begin(choose=True)
    assert "请选择办理身份" in browser.look().text
    browser.send("choice", identity="self")
    assert browser.arrived

"""A second factor is set up with the password and a first code, and removed with both factors."""

import re
import time

import pyotp
import pytest

from idp import authenticators
from idp.audit import queries
from idp.pages import cookies
from tests.packages.account.conftest import PASSWORD, Citizen

SHORT = "kurz-97!"


def secret_of(html: str) -> pyotp.TOTP:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', html)
    assert found
    return pyotp.TOTP(found[1].replace(" ", ""))


def next_code(generator: pyotp.TOTP) -> str:
    """A code not used yet, still within the window."""
    return generator.at(int(time.time()) + 30)


def test_setting_up_a_factor_strengthens_this_session_under_a_new_cookie(someone: Citizen) -> None:
    before = someone.browser.get_cookie(cookies.name("sid"))
    assert someone.posts("second-factor/begin", {"password": PASSWORD}).status_code == 303
    html = someone.page("second-factor/new")
    assert "<svg" in html
    assert not re.search(r"style=|<script", html)
    code = secret_of(html).now()
    assert someone.posts("second-factor/confirm", {"code": code}).status_code == 303
    assert authenticators.totp.enrolled(someone.person_id)
    after = someone.live()
    assert after
    assert after.amr == ("pwd", "otp", "mfa")
    now = someone.browser.get_cookie(cookies.name("sid"))
    assert before
    assert now
    assert before.value != now.value
    assert "已绑定验证器" in someone.page("second-factor")
    [event] = queries.events(kind="mfa.enrol", person=someone.person_id)
    assert event.outcome == "success"


def test_the_secret_is_shown_to_whoever_knows_the_password_only(someone: Citizen) -> None:
    assert "密码不正确" in someone.posts("second-factor/begin", {"password": "wrong"}).text
    assert someone.browser.get("/account/second-factor/new").headers["Location"] == "/account/second-factor"
    assert someone.posts("second-factor/confirm", {"code": "123456"}).status_code == 303
    assert not authenticators.totp.enrolled(someone.person_id)


def test_a_wrong_first_code_sets_nothing_up_and_the_secret_stays(someone: Citizen) -> None:
    someone.posts("second-factor/begin", {"password": PASSWORD})
    secret = secret_of(someone.page("second-factor/new"))
    answer = someone.posts("second-factor/confirm", {"code": "000000"})
    assert answer.status_code == 400
    assert '<a href="#code">验证码不正确，请核对后重新输入。</a>' in answer.text
    assert secret_of(answer.text).secret == secret.secret
    assert not authenticators.totp.enrolled(someone.person_id)


def test_a_factor_set_up_elsewhere_meanwhile_proves_nothing_here(someone: Citizen) -> None:
    someone.posts("second-factor/begin", {"password": PASSWORD})
    code = secret_of(someone.page("second-factor/new")).now()
    someone.generator()
    assert someone.posts("second-factor/confirm", {"code": code}).status_code == 303
    session = someone.live()
    assert session
    assert session.amr == ("pwd",)


@pytest.mark.parametrize("form", [{"password": PASSWORD, "code": "000000"}, {"password": "wrong"}, {}])
def test_a_factor_is_not_removed_without_both(someone: Citizen, form: dict[str, str]) -> None:
    generator = someone.generator()
    if form.get("password") == "wrong":
        form = form | {"code": next_code(generator)}
    assert someone.posts("second-factor/remove", form).status_code == 400
    assert authenticators.totp.enrolled(someone.person_id)


def test_a_factor_is_removed_with_both(someone: Citizen) -> None:
    generator = someone.generator()
    form = {"password": PASSWORD, "code": next_code(generator)}
    assert someone.posts("second-factor/remove", form).status_code == 303
    assert not authenticators.totp.enrolled(someone.person_id)
    assert "已解除绑定验证器。" in someone.page("second-factor")


def test_a_short_password_is_not_left_alone(someone: Citizen) -> None:
    generator = someone.generator()
    authenticators.password.set(someone.person_id, SHORT)
    answer = someone.posts("second-factor/remove", {"password": SHORT, "code": next_code(generator)})
    assert "请先把密码改为至少15个字符" in answer.text
    assert authenticators.totp.enrolled(someone.person_id)


def test_guessing_at_the_password_is_held_back(someone: Citizen) -> None:
    answers = [someone.posts("second-factor/begin", {"password": f"guess {n}"}).text for n in range(12)]
    assert "操作过于频繁" in answers[-1]
    assert "操作过于频繁" in someone.posts("second-factor/begin", {"password": PASSWORD}).text

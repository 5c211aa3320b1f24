"""A password is changed by whoever knows the old one, and every other login ends."""

import pytest

from idp import authenticators, sessions
from idp.pages import cookies
from tests.packages.account.conftest import PASSWORD, Citizen

NEW = "a quite different phrase"


def change(someone: Citizen, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> str:
    form = {"old": old, "new": new, "again": new if again is None else again}
    return someone.posts("password", form).text


def test_k14_changing_the_password_ends_all_other_logins(someone: Citizen) -> None:
    someone.elsewhere()
    before = someone.browser.get_cookie(cookies.name("sid"))
    change(someone)
    assert authenticators.password.check(someone.person_id, NEW)
    assert not authenticators.password.check(someone.person_id, PASSWORD)
    assert [session.id for session in sessions.of_person(someone.person_id)] == [someone.session.id]
    now = someone.browser.get_cookie(cookies.name("sid"))
    assert before
    assert now
    assert sessions.find(before.value) is None
    assert sessions.find(now.value)
    assert "密码已修改" in someone.page("password")


@pytest.mark.parametrize(
    ("form", "field", "text"),
    [
        ({"old": "wrong"}, "old", "密码不正确，请重新输入。"),
        ({"old": ""}, "old", "请输入当前密码。"),
        ({"new": ""}, "new", "请输入新密码。"),
        ({"new": "short one"}, "new", "密码至少需要15个字符。"),
        ({"new": PASSWORD}, "new", "新密码不能与当前密码相同。"),
        ({"again": "something else"}, "again", "两次输入的新密码不一致，请重新输入。"),
        ({"new": "x" * 300}, "new", "密码太长，请缩短。"),
        ({"new": "zwei\x07drei vier fuenf"}, "new", "密码中有不能使用的字符，请换一个。"),
    ],
)
def test_a_form_that_is_wrong_changes_nothing_and_says_what(
    someone: Citizen, form: dict[str, str], field: str, text: str
) -> None:
    other = someone.elsewhere()
    html = change(someone, **form)
    assert f'<a href="#{field}">{text}' in html
    assert f'id="{field}-error"' in html
    assert "autofocus" in html
    assert authenticators.password.check(someone.person_id, PASSWORD)
    assert other.id in {session.id for session in sessions.of_person(someone.person_id)}


def test_passwords_are_never_sent_back(someone: Citizen) -> None:
    html = change(someone, old="my secret one", new="my secret two", again="my secret three")
    assert "my secret" not in html

"""What a login page says first, by the code of an attempt's notice."""

from idp.login.attempt import Attempt
from idp.pages import _, mark
from idp.pages.texts import of

#: Notices of the login itself; all others are refusals that pages share.
_OWN = {
    "ORG-002": mark("核验未通过：无法确认您为该企业法定代表人。"),
    "login.no_companies": mark("该应用不支持以企业身份办理。"),
    "login.wrong_person": mark("该应用要求使用您之前在该应用登录的账号，请使用该账号登录。"),
}


def text(code: str, **values: object) -> str:
    """The sentence of a notice, in the reader's language."""
    return _(_OWN.get(code) or of(code, 400).text, **values)


def of_attempt(attempt: Attempt) -> str:
    """The sentence the attempt's next page begins with; empty without one."""
    return text(attempt.notice, **attempt.notice_values) if attempt.notice else ""

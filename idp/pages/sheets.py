"""Sheets and files that officers send: the addresses where a body may be longer than a form, and for whom.

Everywhere else 64 KB are the end (attack book O18). A catalogue of 20,000 items fits into four megabytes, and
so does the configuration of some thousand portals.
"""

from flask import Flask, request

from idp import tokens
from idp.pages import cookies
from idp.staff import sessions

LARGEST = 4 * 1024 * 1024
#: What is held of it while its parts are told apart.
_PART = 256 * 1024
PATHS = frozenset(("/admin/configuration", "/admin/policies/sheet"))
#: For programs, which show a token instead of a cookie: the scope it must name.
PROGRAMS = {"/admin/api/v1/configuration": "admin:configuration:write"}
ADDRESSES = PATHS | PROGRAMS.keys()
COOKIE = "staff"


def may_come(path: str, cookie: str, authorization: str) -> bool:
    """Whether a long body may come to one of the addresses, as far as is known before it is read.

    Few are taken at a time, and a stranger's made-up cookie or token must not hold up officers' (attack book
    O11). Whether session and token are alive is asked when the body is here.
    """
    if path in PATHS:
        return sessions.issued(cookie)
    return PROGRAMS[path] in tokens.named_scopes(authorization.partition(" ")[2])


def init_app(app: Flask) -> None:
    """Before a form is read: let somebody who is logged in to the console send a sheet."""
    app.before_request(_allow)


def _allow() -> None:
    if request.path in PATHS and request.method == "POST":
        cookie = cookies.only(COOKIE)
        if cookie and sessions.find(cookie):
            request.max_content_length, request.max_form_memory_size = LARGEST, _PART

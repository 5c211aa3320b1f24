"""The login pages: one address an attempt, each post answered by going back to it (RFC 9110 §15.4.4)."""

from dataclasses import replace

from flask import Blueprint, Response, request

import clients
from idp import pages, settings
from idp.base import trace
from idp.login import attempts, notices, progress
from idp.login.attempt import Attempt, Outcome
from idp.login.steps import Move, Page, Step, Visitor, next_step
from idp.pages import cookies

blueprint = Blueprint("login", __name__)

#: Names under which somebody might send credentials in an address (RFC 9700 §4.3).
_NEVER_IN_ADDRESSES = {"account", "code", "identifier", "otp", "password", "pwd", "user", "username"}


@blueprint.get("/login")
def start() -> Response:
    """The login of the account pages, for whoever types the address; never with credentials in it."""
    if _NEVER_IN_ADDRESSES & request.args.keys():
        return pages.refuse("http.405", 405)
    return _to("/account/")


@blueprint.get("/login/<attempt_id>")
def show(attempt_id: str) -> Response:
    """The page of the first step not done, or on to what the login was for."""
    if _NEVER_IN_ADDRESSES & request.args.keys():
        return pages.refuse("http.405", 405)
    attempt = _attempt(attempt_id)
    if attempt is None:
        return _lost(attempt_id)
    if attempt.outcome:
        return _to(attempt.return_to if attempt.client_id else "/")
    step = next_step(attempt, pages.session())
    if step is None:
        return _to(attempt.return_to)
    attempts.remember(attempt)
    return _page(attempt, step, step.show(attempt, pages.session()))


@blueprint.post("/login/<attempt_id>")
def post(attempt_id: str) -> Response:
    """What a page of ours sent; a page that is no longer the current one changes nothing."""
    attempt = _attempt(attempt_id)
    if attempt is None:
        return _lost(attempt_id)
    session = pages.session()
    step = next_step(attempt, session)
    action = request.form.get("action")
    if action == "cancel":
        move = Move(attempt=replace(attempt, outcome=_outcome(attempt)))
    elif action == "other":
        move = Move(attempt=_other(attempt))
    elif step is None or request.form.get("step") != step.NAME:
        return _to(f"/login/{attempt_id}")
    else:
        move = step.post(attempt, session, request.form, _visitor())
    return _moved(move)


@blueprint.post("/login/<attempt_id>/restart")
def restart(attempt_id: str) -> Response:
    """Begin again what a page left open too long was for."""
    request_kept = attempts.remembered(attempt_id, pages.browser())
    if request_kept is None:
        return _lost(attempt_id)
    return _to(f"/login/{attempts.restart(request_kept, pages.browser())}")


def _attempt(attempt_id: str) -> Attempt | None:
    """The attempt, if this browser started it."""
    attempt = attempts.peeked(pages.with_session(attempts.peek_command(attempt_id)))
    return attempt if attempt and attempt.belongs_to(pages.browser()) else None


def _lost(attempt_id: str) -> Response:
    """Expired, unknown or another browser's: a way on, and which it is for its own browser only."""
    kept = attempts.remembered(attempt_id, pages.browser())
    return pages.render("login/expired.html", 410 if kept else 404, restart=kept.id if kept else "")


def _page(attempt: Attempt, step: Step, page: Page) -> Response:
    asked = attempt.params.get("request") or {}
    pages.hint_language(asked.get("ui_locales", ""))
    pages.allow_forms_to(asked.get("redirect_uri", ""))
    notice = notices.of_attempt(attempt)
    portal = clients.find(attempt.client_id) if attempt.client_id else None
    return pages.render(
        page.template,
        errors={page.at: notice} if notice else {},
        action=f"/login/{attempt.id}",
        step=step.NAME,
        field_error=notice,
        say=notices.text,
        portal=portal,
        item=pages.item(portal, asked.get("item", "")),
        **pages.of_portal(portal),
        **page.values,
    )


def _moved(move: Move) -> Response:
    attempts.save(move.attempt)
    response = _to(f"/login/{move.attempt.id}")
    if move.session_cookie:
        pages.set_session(response, move.session_cookie)
    if move.device_cookie:
        cookies.put(response, "device", move.device_cookie, max_age=settings.current().login_device_lifetime)
    return response


def _outcome(attempt: Attempt) -> Outcome:
    """Refusing to be raised is told apart from refusing to log in (OIDC Unmet Authentication)."""
    session = pages.session()
    if session is None or progress.login_needed(attempt, session):
        return "cancelled"
    raised = progress.missing(attempt, session) in ("level_too_low", "second_factor")
    return "unmet" if raised else "cancelled"


def _other(attempt: Attempt) -> Attempt:
    return replace(
        attempt,
        other=True,
        identifier="",
        shown="",
        company="",
        person_id=None,
        confirming=False,
        enrolling="",
        notice="",
    )


def _visitor() -> Visitor:
    return Visitor(
        address=trace.current().address,
        agent=request.headers.get("User-Agent", ""),
        browser=pages.browser(),
        device=request.cookies.get(cookies.name("device"), ""),
    )


def _to(path: str) -> Response:
    response = pages.see_other(path)
    response.headers["Cache-Control"] = "no-store"
    return response

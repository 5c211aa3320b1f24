"""What the portal answers: pages for people, and addresses for the provider and for other portals."""

import json
import secrets
import time
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from . import words
from .here import here
from .logout_token import Invalid
from .provider import Login, Refused
from .visits import Visit

JOURNEYS = 20
JOURNEY_LIFETIME = 3600
LOCALES = {"zh": "zh-CN", "en": "en"}

pages = Blueprint("pages", __name__)
machine = Blueprint("machine", __name__)


@pages.get("/")
def home() -> str:
    """Who is logged in and what the portal was told, or the way in."""
    login = _login()
    if login is None:
        return render_template("portal/visitor.html")
    return render_template(
        "portal/member.html",
        login=login,
        table=words.rows(login.claims, login.userinfo),
        header=_pretty(login.header),
        payload=_pretty(login.claims),
    )


@pages.get("/login")
def log_in() -> AnyResponse:
    """Begin a login."""
    return _ask(target="/", level=0)


@pages.get("/switch")
def switch() -> AnyResponse:
    """Choose again in whose name to act (OIDC Core §3.1.2.1, prompt=select_account)."""
    return _ask(target="/", level=0, prompt="select_account")


@pages.get("/service/<key>")
def service(key: str) -> str | AnyResponse:
    """A service: asks for a stronger login only when this one is not enough."""
    wanted = here().design.service(key)
    if wanted is None:
        raise NotFound
    login = _login()
    if login is None or words.level_of(login.claims.get("acr")) < wanted.level:
        return _ask(
            target=url_for("pages.service", key=key),
            level=wanted.level,
            acr_values=f"urn:gov-sso:acr:l{wanted.level}",
            item_code=wanted.item,
        )
    return render_template("portal/service.html", service=wanted, known=login.claims | login.userinfo)


@pages.get("/callback")
def callback() -> AnyResponse:
    """The authorization response: believed only with our state and the issuer's name (RFC 9207)."""
    visit = _visit()
    journey = visit.get("journeys", {}).pop(request.args.get("state", ""), None)
    if journey is None or time.time() - journey["begun"] > JOURNEY_LIFETIME:
        raise Refused("unknown_state")
    if request.args.get("iss") != here().place.issuer:
        raise Refused("wrong_issuer")
    if "error" in request.args:
        raise Refused(request.args["error"], request.args.get("error_description", ""))
    login = here().provider.finish()
    _admit(visit, login)
    if words.level_of(login.claims.get("acr")) < journey["level"]:
        raise Refused("level_too_low")
    return redirect(journey["target"], 303)


@pages.post("/refresh")
def refresh() -> AnyResponse:
    """Use the refresh token; a refused one means that the login is over."""
    visit = _visit()
    with visit.lock:  # two tabs at once would show one refresh token twice and end the whole family
        login = _login()
        if login is None or not login.refresh_token:
            return redirect(url_for("pages.home"), 303)
        try:
            visit["login"] = here().provider.refresh(login)
        except Refused as refused:
            if refused.code in ("invalid_grant", "invalid_token"):
                here().visits.end(visit)
            raise
    return redirect(url_for("pages.home", refreshed=1), 303)


@pages.post("/leave")
def leave() -> AnyResponse:
    """End the visit here and nowhere else."""
    here().visits.end(_visit())
    return redirect(url_for("pages.signed_out", here=1), 303)


@pages.post("/logout")
def log_out() -> AnyResponse:
    """End the visit here, then hand the same form to the provider: 307 keeps it a POST, so that the ID token
    stays out of addresses and logs (OIDC RP-Initiated Logout 1.0 §2).
    """
    destination = here().provider.metadata()["end_session_endpoint"]
    here().visits.end(_visit())
    return redirect(destination, 307)


@pages.get("/signed-out")
def signed_out() -> str:
    """Where the provider sends people back to."""
    return render_template("portal/signed_out.html", only_here="here" in request.args)


@machine.route("/start", methods=["GET", "POST"])
def start() -> AnyResponse:
    """Login begun by somebody else, so that a link in one portal opens the next (OIDC Core §4)."""
    if request.values.get("iss") != here().place.issuer:
        raise Refused("unknown_issuer")
    target = _own_path(request.values.get("target_link_uri", ""))
    if _login() is not None:
        return redirect(target, 303)
    hint = request.values.get("login_hint", "")
    return _ask(target=target, level=0, **({"login_hint": hint} if hint else {}))


@machine.post("/backchannel-logout")
def backchannel_logout() -> Response:
    """The provider says that somebody signed out (OIDC Back-Channel Logout 1.0 §2.5, §2.8)."""
    token = request.form.get("logout_token", "")
    portal = here()
    try:
        notice = portal.logout_tokens.read(token, portal.provider.keys(token))
    except Invalid as invalid:
        answer = jsonify(error="invalid_request", error_description=str(invalid))
        answer.status_code = 400
        return answer
    portal.visits.end_by(sid=notice.sid, subject=notice.subject)
    return Response(status=200)


@machine.get("/health")
def health() -> Response:
    """Whether the portal runs."""
    return Response("ok", mimetype="text/plain")


def _visit() -> Visit:
    visit: object = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(visit, Visit)  # noqa: S101  (VisitCookie opened it)
    return visit


def _login() -> Login | None:
    login = session.get("login")
    return login if isinstance(login, Login) else None


def _ask(*, target: str, level: int, **parameters: str) -> AnyResponse:
    """Send the browser to the provider, remembering under our state where it wants to go."""
    state = secrets.token_urlsafe(24)
    answer = here().provider.ask(
        here().place.redirect_uri,
        state=state,
        ui_locales=LOCALES[words.language()],
        **parameters,
    )
    journeys = session.setdefault("journeys", {})
    journeys[state] = {"target": target, "level": level, "begun": time.time()}
    for old in list(journeys)[:-JOURNEYS]:
        del journeys[old]
    return answer


def _admit(visit: Visit, login: Login) -> None:
    visit.pop("csrf_token", None)
    visit["login"] = login
    here().visits.admit(visit, sid=str(login.claims.get("sid", "")), subject=str(login.claims["sub"]))


def _own_path(uri: str) -> str:
    """The path of a page of ours; anything else is the front page (no open redirect)."""
    if not uri.startswith(f"{here().place.address}/"):
        return "/"
    path = urlsplit(uri).path
    return "/" if path.startswith(("//", "/\\")) else path


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)

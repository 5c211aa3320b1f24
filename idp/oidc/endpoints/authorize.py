"""The authorization endpoint (OIDC Core §3.1.2).

GET or POST /authorize ── judged ──▶ enough of a session? ──▶ consent known? ──▶ code
                              │ no: /login/<attempt>            │ no: /consent/<ask>
                              └── both come back to /authorize/continue/<attempt>
"""

from dataclasses import replace
from urllib.parse import urlencode

from clients.scopes import restricted
from idp import audit, consent, keyring, login, sessions, settings
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.base.secret import random_token
from idp.consent import asks
from idp.login import Attempt, Decision, Requirement
from idp.oidc import authorization, authorized, checks, demands, intake, pushed, sandbox
from idp.oidc.answers import Page, browser_cookie, see_other
from idp.oidc.authorization import AuthorizationRequest
from idp.oidc.request import Answer, Request
from idp.sessions import Session
from idp.store import redis
from idp.tokens import envelope

CONTINUE = "/authorize/continue/"
#: What fits into a request line of 8190 bytes.
_LONGEST_QUERY = 8000
#: What must be asked of a person when nothing may be shown (OIDC Core §3.1.2.6).
_SILENT_ERRORS = {
    "choose": "account_selection_required",
    "level_too_low": "unmet_authentication_requirements",
}


def get(http: Request) -> Answer:
    """An authorization request by GET."""
    try:
        parameters = http.query()
    except Rejected as error:
        raise Page("APP-003", why=error.why, status=error.status) from error
    return _authorize(http, parameters)


def post(http: Request) -> Answer:
    """An authorization request by POST (OIDC Core §3.1.2.1).

    A form posted by a portal carries none of our SameSite=Lax cookies; asked again by GET it does.
    """
    try:
        parameters = http.form()
    except Rejected as error:
        raise Page("APP-003", why=error.why, status=error.status) from error
    if http.cookie(settings.current().cookie_name("sid")) is None:
        client = checks.client_of(parameters)
        if intake.is_plain(parameters):
            checks.begun(client, parameters)
        query = urlencode(parameters)
        if len(query) > _LONGEST_QUERY:
            raise Page("APP-003", why="too long to be asked again by GET", status=413)
        return see_other(f"/authorize?{query}")
    return _authorize(http, parameters)


def resume(http: Request) -> Answer:
    """Where login and consent send the browser back to."""
    cookie = http.cookie(settings.current().cookie_name("sid"))
    peek = login.attempts.peek_command(http.path.removeprefix(CONTINUE))
    kept, *told = redis.pipeline(peek, *sessions.find_commands(cookie))
    attempt = login.attempts.peeked(kept)
    browser = http.cookie(settings.current().cookie_name("browser")) or ""
    if attempt is None or not attempt.belongs_to(browser) or "request" not in attempt.params:
        raise Page("APP-003", why="unknown or foreign attempt")
    request = authorization.from_record(attempt.params["request"])
    envelope.ready(request.client)
    if attempt.outcome:
        login.attempts.take(attempt.id)
        return _refuse(http, request, _outcome(attempt))
    session = sessions.found(cookie, *told)
    try:
        demands.hold(request)
        requirement = demands.tightened(attempt.requirement, request)
        decision = login.decide(session, requirement, now())
        if session is None or decision.missing != "none":
            if requirement != attempt.requirement:
                login.attempts.save(replace(attempt, requirement=requirement))
            return see_other(f"/login/{attempt.id}")
        sandbox.demand(request.client, session)
        _hint_holds(request, session)
        return _with_consent(http, request, session, decision, attempt)
    except Rejected as error:
        # The portal has its answer; going back must not give it a second one.
        login.attempts.take(attempt.id)
        return _refuse(http, request, error)


def _authorize(http: Request, parameters: dict[str, str]) -> Answer:
    client = checks.client_of(parameters)
    envelope.ready(client)
    if intake.is_plain(parameters):
        return _judged(http, checks.begun(client, parameters))
    try:
        request = intake.opened(client, parameters)
    except Rejected as error:
        return _refuse(http, intake.refusable(client, parameters), error)
    return _judged(http, request)


def _judged(http: Request, request: AuthorizationRequest) -> Answer:
    try:
        checks.judge(request)
        return _decide(http, request)
    except Rejected as error:
        return _refuse(http, request, error)


def _decide(http: Request, request: AuthorizationRequest) -> Answer:
    session = _session(http)
    requirement = _requirement(request, session)
    decision = login.decide(session, requirement, now())
    if session is not None and decision.missing == "none":
        sandbox.demand(request.client, session)
        return _with_consent(http, request, session, decision, None)
    if request.silent:
        code = _SILENT_ERRORS.get(decision.missing, "login_required")
        raise Rejected(code, "the request needs a page, and prompt=none forbids one", why=decision.why)
    return _to_login(http, request, requirement)


def _requirement(request: AuthorizationRequest, session: Session | None) -> Requirement:
    hint = request.hint_subject
    stranger = hint is not None and (session is None or not _is(request, session))
    return Requirement(
        level=request.level,
        legal_level=request.legal_level,
        max_age=request.max_age,
        fresh="login" in request.prompts or stranger,
        choose="select_account" in request.prompts,
        login_hint=request.parameters.get("login_hint", ""),
        subject_types=request.subject_types,
        client_id=request.client.client_id,
    )


def _to_login(http: Request, request: AuthorizationRequest, requirement: Requirement) -> Answer:
    """Send a person to the login pages, the judged request in the attempt."""
    sent = http.cookie(settings.current().cookie_name("browser"))
    known = sent is not None and len(sent) == 43
    browser = sent if sent is not None and known else random_token()
    attempt = login.attempts.start(
        browser=browser,
        return_to=CONTINUE + "{attempt}",
        requirement=requirement,
        client_id=request.client.client_id,
        params={"request": authorization.record(request)},
    )
    answer = see_other(f"/login/{attempt}")
    if not known:
        answer.headers.append(browser_cookie(browser))
    return answer


def _with_consent(
    http: Request,
    request: AuthorizationRequest,
    session: Session,
    decision: Decision,
    attempt: Attempt | None,
) -> Answer:
    """Issue the code if the person's leave is known, else ask for it."""
    client = request.client
    known = session.participants.get(client.client_id)
    scopes: tuple[str, ...] | None = None
    remembered = not _asked_each_time(request)
    if known and known.consent == consent.version(client) and remembered:
        scopes = _covered(request, session, known.scopes)
    if scopes is None:
        scopes = _leave(http, request, session, attempt)
    if scopes is None:
        return _to_consent(http, request, session, decision, attempt)
    _answer_once(request)
    beside = login.attempts.take_commands(attempt.id) if attempt is not None else ()
    return authorized.answer(request, session, scopes, decision.organization, known, *beside)


def _leave(
    http: Request, request: AuthorizationRequest, session: Session, attempt: Attempt | None
) -> tuple[str, ...] | None:
    """The scopes the person agreed to, now or at an earlier visit; ``None`` when that must be asked."""
    asked = http.query().get("ask") if attempt is not None else None
    if asked is not None:
        browser = http.cookie(settings.current().cookie_name("browser")) or ""
        decision = asks.take_decision(asked, browser)
        told = (session.person_id, request.client.client_id)
        if decision is not None and (decision.person_id, decision.client_id) == told:
            if not decision.granted:
                raise Rejected("access_denied", "the user did not agree")
            if decision.details != request.details:
                raise Rejected("access_denied", "the user agreed to other details", why="foreign decision")
            if decision.need != request.need:
                raise Rejected("access_denied", "the user agreed to another purpose", why="foreign decision")
            return tuple(name for name in request.needs(session.level) if name in decision.scopes)
    if _asked_each_time(request):
        return None
    client, person = request.client, session.person_id
    given = consent.given(client, person, request.needs(session.level))
    # Single claims are never a reason to fail (OIDC Core §5.5.1): where nobody can be asked, they stay away.
    return consent.given(client, person, request.scopes) if given is None and request.silent else given


def _asked_each_time(request: AuthorizationRequest) -> bool:
    """Whether an earlier yes does not count: asked anew, for one case alone, or for what is restricted."""
    return "consent" in request.prompts or bool(request.details or request.need)


def _covered(
    request: AuthorizationRequest, session: Session, known: tuple[str, ...]
) -> tuple[str, ...] | None:
    """What the session remembers of the person's leave, if that is enough."""
    needed = request.needs(session.level)
    enough = request.scopes if request.silent else needed
    return tuple(name for name in needed if name in known) if set(enough) <= set(known) else None


def _to_consent(
    http: Request,
    request: AuthorizationRequest,
    session: Session,
    decision: Decision,
    attempt: Attempt | None,
) -> Answer:
    if request.silent:
        raise Rejected("consent_required", "the user has not agreed yet, and prompt=none forbids asking")
    if attempt is None:
        # A live session and a stranger of a portal: the attempt only carries the request to consent and back.
        return _to_login(http, request, _requirement(request, session))
    browser = http.cookie(settings.current().cookie_name("browser")) or ""
    scopes, known = _to_ask(request, session)
    ask = asks.start(
        browser=browser,
        person_id=session.person_id,
        client_id=request.client.client_id,
        scopes=scopes,
        known=known,
        return_to=CONTINUE + attempt.id,
        details=request.details,
        item=request.item,
        **request.need,
    )
    login.attempts.keep(attempt.id)
    return see_other(f"/consent/{ask}")


def _to_ask(request: AuthorizationRequest, session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The scopes to ask for and those agreed to before: of a known portal, what is restricted alone."""
    needs = request.needs(session.level)
    if not request.need or request.details or "consent" in request.prompts:
        return needs, ()
    asked = restricted(needs)
    rest = tuple(name for name in needs if name not in asked)
    known = consent.given(request.client, session.person_id, rest)
    return (needs, ()) if known is None else (asked, known)


def _is(request: AuthorizationRequest, session: Session) -> bool:
    return keyring.pairwise(request.client.sector, session.person_id) == request.hint_subject


def _hint_holds(request: AuthorizationRequest, session: Session) -> None:
    """Who logged in is who the portal's hint named (OIDC Core §3.1.2.2)."""
    if request.hint_subject is not None and not _is(request, session):
        raise Rejected("login_required", "another user than the hinted one logged in")


def _outcome(attempt: Attempt) -> Rejected:
    if attempt.outcome == "unmet":
        return Rejected("unmet_authentication_requirements", "the user cannot reach the required level")
    return Rejected("access_denied", "the user cancelled the login")


def _answer_once(request: AuthorizationRequest) -> None:
    """A pushed request is answered once, in one browser (RFC 9126 §4)."""
    mark, request.pushed = request.pushed, ""
    if mark and not pushed.use_up(mark):
        raise Page("APP-004", why="invalid_request_uri", client_id=request.client.client_id)


def _session(http: Request) -> Session | None:
    return sessions.find(http.cookie(settings.current().cookie_name("sid")))


def _refuse(http: Request, request: AuthorizationRequest, error: Rejected) -> Answer:
    _answer_once(request)
    if request.client.environment == "sandbox":
        sandbox.demand_harmless(request, _session(http), error)
    audit.record(
        "authz.reject", client=request.client.client_id, outcome="refused", reason=error.why,
        error=error.code, parameters=request.sent or None, item=request.item,
    )  # fmt: skip
    return request.refuse(error)

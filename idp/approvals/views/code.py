"""Where the code of a device is typed (RFC 8628 §3.3); a scanned one is filled in, never sent unasked."""

from flask import Response, request

from idp import audit, pages, settings
from idp.approvals import store, user_code
from idp.approvals.views.frame import begin, blueprint, over
from idp.base import trace
from idp.login import throttle
from idp.login.throttle import Paused
from idp.pages import _, see_other

PATH = "/device"


@blueprint.get(PATH)
def ask_for_code() -> Response:
    """The box. A code in the address (§3.3.1) is shown to be compared; it is not looked up."""
    scanned = user_code.read(request.args.get("user_code", "")) or ""
    return _page(scanned, scanned=bool(scanned))


@blueprint.post(PATH)
def enter_code() -> Response:
    """Go on with the request a code stands for; wrong ones are counted (§5.1, attack book G01)."""
    typed = request.form.get("user_code", "")[:100]
    if not typed.strip():
        return _page("", error=_("请输入设备屏幕上显示的代码。"), status=400)
    session = pages.session()
    person_id = session.person_id if session else None
    try:
        permit = throttle.admit_user_code(person_id, trace.current().address)
    except Paused as pause:
        return _page(typed, error=pages.message("AUTH-005", s=pause.seconds), status=429)
    with permit.weighing():
        approval = store.by_user_code(typed)
    if approval is None:
        permit.failed()
        if not permit.left:
            tries = settings.current().user_code_failures
            audit.record("device.bruteforce", person=person_id, outcome="refused", count=tries)
        return _page(typed, error=_("代码不正确或已失效，请与设备屏幕上的代码核对。"), status=400)
    permit.released()
    return begin(approval, None)


@blueprint.get("/approvals/<approval_id>")
def open_request(approval_id: str) -> Response:
    """A request of a portal that was put before whoever is logged in here."""
    session = pages.session()
    if session is None:
        return see_other("/account/requests")
    approval = store.find(approval_id) if store.waits_for(approval_id, session.person_id) else None
    return begin(approval, session.person_id) if approval else over()


def _page(typed: str, *, scanned: bool = False, error: str = "", status: int = 200) -> Response:
    return pages.render(
        "approvals/code.html",
        status,
        typed=typed,
        scanned=scanned,
        field_error=error,
        errors={"user_code": error} if error else {},
    )

"""Staff accounts: made by system administration, given their powers by security administration."""

from flask import Response, request

from idp import divisions, settings, staff
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.pages import _
from idp.pages.seen import seen
from idp.staff import Member, service
from idp.staff.member import networks_of

_PAGE = 30


@blueprint.get("/staff")
@needs("admin:staff:read")
def staff_list() -> Response:
    """Those within reach, by login name, a page at a time."""
    after, typed = request.args.get("after", "")[:40], request.args.get("q", "")[:60]
    status = "claimed" if request.args.get("status") == "claimed" else ""
    found = staff.members(member().reach, after=after, most=_PAGE + 1, typed=typed, status=status)
    later = found[_PAGE - 1].login_name if len(found) > _PAGE else ""
    return show("staff", "staff", rows=found[:_PAGE], later=later, typed=typed, chosen=status)


@blueprint.get("/staff/new")
@needs("admin:staff:write")
def staff_new() -> Response:
    """The form of a new account."""
    return _new_form({})


@blueprint.post("/staff")
@needs("admin:staff:write", fresh=True)
def staff_create() -> Response:
    """Make an account without any power, and show its one-time link this once."""
    form = request.form
    try:
        staff_id, token = service.create(
            login_name=form.get("login_name", ""),
            name=form.get("name", ""),
            reach=divisions.place(form.get("place", "")),
            networks=networks_of(form.get("networks", "")),
            actor=member(),
        )
    except Rejected as refused:
        field = {"staff.name": "name", "staff.networks": "networks", "not_found": "place"}.get(
            refused.code, "login_name"
        )
        text = _("请选择您管辖范围内的地区或部门。") if field == "place" else sentence(refused)
        return _new_form({field: text})
    return _link(staff_id, token)


@blueprint.get("/staff/<staff_id>")
@needs("admin:staff:read")
def staff_one(staff_id: str) -> Response:
    """One account, and what may be done with it."""
    return _one(_found(staff_id), {})


@blueprint.post("/staff/<staff_id>/link")
@needs("admin:staff:write", fresh=True)
def staff_link(staff_id: str) -> Response:
    """A new one-time link, for somebody who lost password or generator."""
    return _link(staff_id, service.new_link(_found(staff_id).id, actor=member()))


@blueprint.post("/staff/<staff_id>/disable")
@needs("admin:staff:write", fresh=True)
def staff_disable(staff_id: str) -> Response:
    """Stop an account at once."""
    service.disable(staff_id, cause=request.form.get("cause", "")[:60] or "console", actor=member())
    return done(_("账号已停用。"), f"/admin/staff/{staff_id}")


@blueprint.post("/staff/<staff_id>/networks")
@needs("admin:staff:write", fresh=True)
def staff_networks(staff_id: str) -> Response:
    """From where an account may be used."""
    known = _found(staff_id)
    try:
        networks = networks_of(request.form.get("networks", ""))
        service.limit_networks(known.id, networks, actor=member(), expected=seen())
    except Rejected as refused:
        return _one(known, {"networks": sentence(refused)})
    return done(_("网络范围已更新。"), f"/admin/staff/{staff_id}")


@blueprint.post("/staff/<staff_id>/confirm")
@needs("admin:roles:grant", fresh=True)
def staff_confirm(staff_id: str) -> Response:
    """Security administration says that the right person took the account over."""
    try:
        service.confirm(staff_id, actor=member(), expected=seen())
    except Rejected as refused:
        return _one(_found(staff_id), {"": sentence(refused)})
    return done(_("账号已启用。"), f"/admin/staff/{staff_id}")


@blueprint.post("/staff/<staff_id>/roles")
@needs("admin:roles:grant", fresh=True)
def staff_roles(staff_id: str) -> Response:
    """Give and take roles; whoever is logged in under others has to log in again."""
    known = _found(staff_id)
    try:
        service.grant(known.id, tuple(request.form.getlist("role")), actor=member(), expected=seen())
    except Rejected as refused:
        return _one(known, {"role": sentence(refused)})
    return done(_("角色已更新。"), f"/admin/staff/{staff_id}")


def _found(staff_id: str) -> Member:
    """The account; one out of reach is not there."""
    found = staff.find(staff_id)
    if found is None or not member().reach.covers(found.division, found.department):
        raise Rejected("not_found", why="no such account within reach", status=404)
    return found


def _one(known: Member, errors: dict[str, str]) -> Response:
    department = divisions.department(known.department) if known.department else None
    return show(
        "staff_one",
        "staff",
        400 if errors else 200,
        one=known,
        division=divisions.find(known.division),
        department=department,
        errors=errors,
    )


def _new_form(errors: dict[str, str]) -> Response:
    own = member()
    return show(
        "staff_new",
        "staff",
        400 if errors else 200,
        errors=errors,
        division=divisions.find(own.division),
        divisions=divisions.divisions(own.reach, most=200) if not own.department else (),
        departments=divisions.departments(own.reach, most=200),
        typed=request.form,
    )


def _link(staff_id: str, token: Secret) -> Response:
    address = f"{settings.current().issuer}/admin/link/{token.reveal()}"
    return show("staff_link", "staff", one=_found(staff_id), address=address)

"""Staff accounts within reach."""

from flask import Response
from pydantic import BaseModel, Field

from idp import settings, staff
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.paging import SearchQuery, behind, next_of
from idp.admin.api.preconditions import seen, tag
from idp.admin.needs import needs
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.staff import Member, service
from idp.staff.member import networks_of

blueprint = operations("staff", "Staff accounts")


class StaffShown(BaseModel):
    """A staff account."""

    id: str
    login_name: str
    name: str
    division: str
    department: str
    status: str
    roles: list[str]
    networks: list[str]
    last_login_at: int | None


class StaffPage(BaseModel):
    """A page of staff accounts."""

    staff: list[StaffShown]
    next: str


class StaffPath(BaseModel):
    """Which account."""

    staff_id: str = Field(pattern="^[0-9a-f-]{36}$")


class NewStaff(Body):
    """An account to make; it has no roles."""

    login_name: str = Field(min_length=3, max_length=40)
    name: str = Field(min_length=1, max_length=60)
    division: str = Field(pattern="^[0-9]{6}$")
    department: str = Field("", max_length=36)
    networks: list[str] = Field([], max_length=20)


class Linked(BaseModel):
    """A one-time link, shown this once."""

    id: str
    link: str


class Roles(Body):
    """The roles an account keeps, of those it has."""

    roles: list[str] = Field(max_length=10)


class Networks(Body):
    """Networks (CIDR); none means those of the platform."""

    networks: list[str] = Field(max_length=20)


class Cause(Body):
    """Why an account is stopped."""

    cause: str = Field(min_length=1, max_length=60)


@blueprint.get("", responses={200: StaffPage}, summary="List staff")
@needs("admin:staff:read")
def list_staff(query: SearchQuery) -> Response:
    """Accounts within reach, by login name; `q` is the beginning of a name."""
    (after,) = behind(query.cursor, 1)
    found = staff.members(caller().reach, after=after, most=query.limit + 1, typed=query.q)
    shown = [_shown(one) for one in found[: query.limit]]
    following = next_of(found, query.limit, [shown[-1].login_name] if shown else [])
    return answer(StaffPage(staff=shown, next=following))


@blueprint.post("", responses={201: Linked}, summary="Make an account")
@needs("admin:staff:write")
def create_staff(body: NewStaff) -> Response:
    """Make an account without any power; its one-time link is shown this once."""
    staff_id, token = service.create(
        login_name=body.login_name,
        name=body.name,
        reach=Reach(division=body.division, department=body.department),
        networks=networks_of(" ".join(body.networks)),
        actor=caller(),
    )
    return _linked(staff_id, token.reveal(), 201)


@blueprint.get("/<staff_id>", responses={200: StaffShown}, summary="Show an account")
@needs("admin:staff:read")
def show_staff(path: StaffPath) -> Response:
    """One account."""
    found = _found(path)
    return tag(answer(_shown(found)), found.version)


@blueprint.post("/<staff_id>/link", responses={200: Linked}, summary="Make a new one-time link")
@needs("admin:staff:write")
def renew_link(path: StaffPath) -> Response:
    """A new one-time link; what the account proved itself with ends."""
    return _linked(path.staff_id, service.new_link(path.staff_id, actor=caller()).reveal(), 200)


@blueprint.put("/<staff_id>/roles", responses={200: StaffShown}, summary="Take roles")
@needs("admin:roles:grant")
def take_roles(path: StaffPath, body: Roles) -> Response:
    """Say which of its roles an account keeps; giving one needs a person's second factor (decision 0031)."""
    service.grant(path.staff_id, tuple(body.roles), actor=caller(), expected=seen(), taking=True)
    found = _found(path)
    return tag(answer(_shown(found)), found.version)


@blueprint.put("/<staff_id>/networks", responses={200: StaffShown}, summary="Limit networks")
@needs("admin:staff:write")
def set_networks(path: StaffPath, body: Networks) -> Response:
    """Say from where an account may be used."""
    networks = networks_of(" ".join(body.networks))
    service.limit_networks(path.staff_id, networks, actor=caller(), expected=seen())
    found = _found(path)
    return tag(answer(_shown(found)), found.version)


@blueprint.post("/<staff_id>/stop", responses={200: StaffShown}, summary="Stop an account")
@needs("admin:staff:write")
def stop_staff(path: StaffPath, body: Cause) -> Response:
    """Stop an account at once."""
    service.disable(path.staff_id, cause=body.cause, actor=caller())
    return answer(_shown(_found(path)))


def _found(path: StaffPath) -> Member:
    """The account; one out of reach is not there."""
    found = staff.find(path.staff_id)
    if found is None or not caller().reach.covers(found.division, found.department):
        raise Rejected("not_found", "There is no such account", why="account out of reach", status=404)
    return found


def _shown(one: Member) -> StaffShown:
    return StaffShown(
        id=one.id,
        login_name=one.login_name,
        name=one.name,
        division=one.division,
        department=one.department,
        status=one.status,
        roles=list(one.roles),
        networks=list(one.networks),
        last_login_at=one.last_login_at,
    )


def _linked(staff_id: str, token: str, status: int) -> Response:
    return answer(Linked(id=staff_id, link=f"{settings.current().issuer}/admin/link/{token}"), status)

"""Policies by kind and division: what is in force, how it came to be, and the way back."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from idp import divisions, pages, policies, staff
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, place_of, places_of, sentence, show
from idp.base.errors import Rejected
from idp.pages import _, see_other
from idp.pages.seen import seen
from idp.policies import Difference, Version, kinds, queries, service
from idp.policies.kinds import Kind

Rows = Mapping[str, Mapping[str, object]]

_PAGE = 30
_HISTORY = 20
#: Differences that a page tells one by one.
TOLD = 200
#: Under which noun the pages that change a kind stand: each noun is one permission.
NOUNS = {"admin:policies:write": "policies", "admin:branding:write": "branding"}


@blueprint.get("/policies")
@needs("admin:policies:read")
def policy_list() -> Response:
    """What is in force within reach, drafts, and the way to any kind at any division."""
    if "kind" in request.args:
        return _open(request.args["kind"], request.args.get("division", "").strip())
    return _list({})


@blueprint.get("/policies/<kind>/<division>")
@needs("admin:policies:read")
def policy_one(kind: str, division: str) -> Response:
    """One policy: what it says here, what holds with those above, and its history."""
    found, place = reached(kind, division)
    own = queries.current(found.name, division)
    return page(
        "policies/notices" if found.name == "notices" else "policies/one",
        found,
        division,
        place,
        own=own,
        inherited=bool(policies.current().above(found.name, division)),
        **said(found, division, own),
    )


@blueprint.get("/policies/<kind>/<division>/versions/<number>")
@needs("admin:policies:read")
def policy_version(kind: str, division: str, number: str) -> Response:
    """What one version changed, by whom, when and why."""
    return version_page(kind, division, number, {})


@blueprint.post("/policies/<kind>/<division>/versions/<number>/undo")
@needs("admin:policies:write", fresh=True)
def policy_undo(kind: str, division: str, number: str) -> Response:
    """Put the version before one in force again."""
    return _undo(kind, division, number, "policies")


@blueprint.post("/branding/<kind>/<division>/versions/<number>/undo")
@needs("admin:branding:write", fresh=True)
def branding_undo(kind: str, division: str, number: str) -> Response:
    """The same, for what pages show."""
    return _undo(kind, division, number, "branding")


def _undo(kind: str, division: str, number: str, noun: str) -> Response:
    found = of_noun(kind, noun)
    try:
        made = service.undo(
            found.name,
            division,
            counted(number),
            why=request.form.get("why", ""),
            expected=seen(),
            operator=member().id,
            reach=member().reach,
        )
    except Rejected as refused:
        return version_page(kind, division, number, faulty(refused), refused.status)
    text = _("已撤销，现为第%(n)s版，立即生效。", n=made)
    return done(text, f"/admin/policies/{found.name}/{division}")


def version_page(
    kind: str, division: str, number: str, errors: dict[str, str], status: int = 200
) -> Response:
    """The page of a version."""
    found, place = reached(kind, division)
    one = queries.version(found.name, division, counted(number))
    newest = queries.history(found.name, division, most=1)
    if one is None or not newest:
        raise Rejected("not_found", why="no such version", status=404)
    before = queries.version(found.name, division, one.number - 1)
    changes = policies.diff(found.name, before.document if before else None, one.document)
    return show(
        "policies/version",
        "policies",
        status,
        kind=found,
        place=place,
        one=one,
        name=name_of(one.changed_by),
        current=newest[0].number,
        **listed(changes),
        noun=NOUNS[found.permission],
        may_write=may_write(found),
        errors=errors,
        typed=request.form,
    )


def page(template: str, kind: Kind[Any], division: str, place: str, **context: Any) -> Response:
    """A page of a policy, with its drafts and its history."""
    before = request.args.get("before", "")
    earlier = counted(before) if before else None
    history = queries.history(kind.name, division, before=earlier, most=_HISTORY + 1)
    return show(
        template,
        "policies",
        kind=kind,
        division=division,
        place=place,
        may_write=may_write(kind),
        drafts=named(queries.drafts(member().reach, kind=kind.name, division=division)),
        history=named(history[:_HISTORY]),
        later=history[_HISTORY - 1].number if len(history) > _HISTORY else 0,
        **context,
    )


def said(kind: Kind[Any], division: str, own: Version | None) -> dict[str, Any]:
    """What a policy of few members says here, and together with those above."""
    if kind.name == "notices":
        mine = kind.read(own.document) if own else ()
        return {"told": [(one, one in mine) for one in policies.current().at(division).notices]}
    here, together = rows_of(kind, division, own)
    column = 2 if pages.chinese() else 3
    members = [
        (
            kind.words(member, value)[column - 2],
            kind.words(member, here[at][member])[column] if at in here else "—",
            kind.words(member, value)[column],
        )
        for at, row in together.items()
        for member, value in row.items()
    ]
    return {"members": members}


def rows_of(kind: Kind[Any], division: str, own: Version | None) -> tuple[Rows, Rows]:
    """The rows of a policy itself, and of what holds at its division."""
    mine = kind.rows(kind.read(own.document)) if own else {}
    return mine, kind.rows(getattr(policies.current().at(division), kind.name))


def reached(kind: str, division: str) -> tuple[Kind[Any], str]:
    """The kind, and the name of the division, if it is one within reach; raises ``Rejected`` (404)."""
    found = kinds.find(kind)
    if not member().reach.covers(division) or divisions.find(division) is None:
        raise Rejected("not_found", why="division out of reach", status=404)
    return found, place_of(division, "")


def of_noun(kind: str, noun: str) -> Kind[Any]:
    """The kind, if it is changed under that noun's permission; raises ``Rejected`` (404)."""
    found = kinds.find(kind)
    if NOUNS[found.permission] != noun:
        raise Rejected("not_found", why="a kind of another permission", status=404)
    return found


def may_write(kind: Kind[Any]) -> bool:
    """Whether the member changes policies of this kind."""
    own = member()
    return kind.permission in own.permissions and not own.reach.department


def named(found: Any) -> list[tuple[Any, str]]:
    """Versions or drafts, each with the name of who made it."""
    return [(one, name_of(one.changed_by if isinstance(one, Version) else one.created_by)) for one in found]


def name_of(operator: str) -> str:
    """The name of a member of staff; programs and the command line have none."""
    known = staff.find(operator)
    return known.name if known else ""


def listed(changes: tuple[Difference, ...]) -> dict[str, Any]:
    """Differences as a page tells them."""
    return {"changes": changes[:TOLD], "more": max(0, len(changes) - TOLD)}


def counted(text: str) -> int:
    """A number of an address; raises ``Rejected`` (404)."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Rejected("not_found", why="not a number", status=404)
    return int(text)


def faulty(refused: Rejected) -> dict[str, str]:
    """What a form says of a refusal, by field."""
    if isinstance(refused, policies.Faulty):
        return {"": " ".join(fault_text(one) for one in refused.faults[:5])}
    return {"why" if refused.code == "policy.why" else "": sentence(refused)}


def fault_text(fault: policies.Fault) -> str:
    """One fault in the reader's language."""
    return fault.chinese if pages.chinese() else fault.english


def _open(kind: str, division: str) -> Response:
    try:
        found, _place = reached(kind, division)
    except Rejected:
        return _list({"division": _("请填写您管辖范围内的行政区划代码。")}, 400)
    return see_other(f"/admin/policies/{found.name}/{division}")


def _list(errors: dict[str, str], status: int = 200) -> Response:
    division, _dot, kind = request.args.get("after", "")[:30].partition(".")
    reach, known = member().reach, kinds.REGISTER
    found = queries.listed(reach, after=(division, kind), most=_PAGE + 1)
    drafts = queries.drafts(reach)
    codes = [one.division for one in found] + [one.division for one in drafts]
    places = places_of([(code, "") for code in codes])
    last = found[_PAGE - 1] if len(found) > _PAGE else None
    return show(
        "policies/list",
        "policies",
        status,
        kinds=known,
        options=[(name, one.label if pages.chinese() else one.label_en) for name, one in known.items()],
        rows=[(one, places[one.division, ""]) for one in found[:_PAGE]],
        later=f"{last.division}.{last.kind}" if last else "",
        drafts=[(one, places[one.division, ""], name) for one, name in named(drafts)],
        errors=errors,
        asked=request.args,
    )

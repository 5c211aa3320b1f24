"""The item catalogue of a division: searched, one item with its history, changed one by one or by a sheet."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, request

from idp import pages, policies
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, sentence, show
from idp.admin.views.policies import fault_text, name_of, page, reached
from idp.admin.views.policy_forms import keep, levels
from idp.base.errors import Rejected
from idp.pages import _, see_other
from idp.pages.seen import seen
from idp.policies import Faulty, Item, queries, service, sheet
from idp.policies.kinds.items import EVERYTHING, ITEMS, MANDATE_KINDS, SCOPE_NAMES, USER_TYPES

_PAGE = 50
_MEMBERS = ("name", "name_en", "user_types", "level", "scopes", "mandate_kinds")
_LISTS = {"user_types": USER_TYPES, "scopes": (EVERYTHING, *SCOPE_NAMES[1:]), "mandate_kinds": MANDATE_KINDS}


@blueprint.get("/policies/items/<division>")
@needs("admin:policies:read")
def items_list(division: str) -> Response:
    """The items that hold at a division, by code, a page at a time."""
    kind, place = reached("items", division)
    typed, after = request.args.get("q", "").strip()[:60], request.args.get("after", "")[:64]
    here = policies.current().at(division)
    found = here.search(typed, after=after, most=_PAGE + 1)
    own = policies.current().own("items", division) or {}
    return page(
        "policies/items",
        kind,
        division,
        place,
        own=own,
        inherited=bool(here.codes),
        rows=[(one, one.code in own) for one in found[:_PAGE]],
        later_item=found[_PAGE - 1].code if len(found) > _PAGE else "",
        typed=typed,
        count=len(here.codes),
        count_own=len(own),
        words_of=_words,
        version=_newest(division),
        errors={},
        faults=(),
    )


@blueprint.get("/policies/items/<division>/item")
@needs("admin:policies:read")
def item_one(division: str) -> Response:
    """One item: what its division says, what holds with those above, and how it came to be."""
    kind, place = reached("items", division)
    code = request.args.get("code", "")[:64]
    item = policies.current().at(division).item(code)
    past = queries.item_history(division, code)
    if item is None and not past:
        raise Rejected("not_found", why="no such item", status=404)
    own = (policies.current().own("items", division) or {}).get(code)
    return show(
        "policies/item",
        "policies",
        kind=kind,
        division=division,
        place=place,
        code=code,
        item=item,
        own=own,
        members=[(_label(name), _words(own, name), _words(item, name)) for name in _MEMBERS],
        past=[(version, name_of(version.changed_by), _told(members)) for version, members in past],
        version=_newest(division),
    )


@blueprint.get("/policies/items/<division>/edit")
@needs("admin:policies:write")
def item_edit(division: str) -> Response:
    """The form of one item, or of a new one."""
    reached("items", division)
    code = request.args.get("code", "")[:64]
    members = _rows(division).get(code)
    if members is None and (above := policies.current().at(division).item(code)):
        members = {name: getattr(above, name) for name in _MEMBERS}
    return _form(division, {"item_code": code, **(members or {})}, {})


@blueprint.post("/policies/items/<division>/edit")
@needs("admin:policies:write")
def item_draft(division: str) -> Response:
    """Keep one item, new or changed, as a draft of the catalogue."""
    reached("items", division)
    form = request.form
    code = form.get("item_code", "").strip()
    members: dict[str, Any] = {name: form.get(name, "").strip() for name in ("name", "name_en")}
    members |= {name: form.getlist(name) for name in _LISTS}
    level = form.get("level", "")
    members["level"] = int(level) if level in ("1", "2", "3", "4") else 0
    return _keep(division, {**_rows(division), code: members}, {"item_code": code, **members})


@blueprint.post("/policies/items/<division>/remove")
@needs("admin:policies:write")
def item_remove(division: str) -> Response:
    """Keep the catalogue without one item as a draft."""
    reached("items", division)
    rows = _rows(division)
    code = request.form.get("code", "")[:64]
    if code not in rows:
        raise Rejected("not_found", why="no such item", status=404)
    del rows[code]
    return _keep(division, rows, {"item_code": code})


@blueprint.get("/policies/items/<division>/sheet.csv")
@needs("admin:policies:read")
def items_sheet(division: str) -> Response:
    """The catalogue of a division as a sheet: to be changed and sent back."""
    reached("items", division)
    own = queries.current("items", division)
    answer = make_response(sheet.write(ITEMS.read(own.document) if own else {}))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="items-{division}.csv"'
    return answer


@blueprint.post("/policies/sheet")
@needs("admin:policies:write")
def items_import(division: str = "") -> Response:
    """Keep a whole catalogue from a sheet as a draft; a sheet with a fault is refused as a whole."""
    division = request.form.get("division", "")
    kind, place = reached("items", division)
    sent = _sent()
    try:
        made = service.draft_sheet(division, sent, base=seen(), operator=member().id, reach=member().reach)
        return see_other(f"/admin/policies/drafts/{made}")
    except Faulty as refused:
        faults = refused.faults
        errors = {"sheet": _("表格有%(n)s处问题，没有导入任何内容。", n=len(faults))}
        if not sent:
            faults, errors = (), {"sheet": _("请选择表格文件。")}
    except Rejected as refused:
        faults, errors = (), {"": sentence(refused)}
    return show(
        "policies/sheet",
        "policies",
        400,
        kind=kind,
        division=division,
        place=place,
        version=seen(),
        errors=errors,
        faults=[(one, fault_text(one)) for one in faults],
    )


def _sent() -> bytes:
    """The sheet of the request; a large one lies in a file until it is read."""
    sent = request.files.get("sheet")
    if sent is None:
        return b""
    with sent.stream:
        return bytes(sent.read())


def _keep(division: str, rows: Mapping[str, Any], typed: Mapping[str, Any]) -> Response:
    try:
        return keep("items", division, {"items": dict(sorted(rows.items()))})
    except Faulty as refused:
        errors = {one.column: f"{_named(one.column)}{fault_text(one)}" for one in refused.faults}
    except Rejected as refused:
        errors = {"": sentence(refused)}
    return _form(division, typed, errors)


def _form(division: str, typed: Mapping[str, Any], errors: dict[str, str]) -> Response:
    kind, place = reached("items", division)
    column = _column(2)
    return show(
        "policies/item_edit",
        "policies",
        400 if errors else 200,
        kind=kind,
        division=division,
        place=place,
        version=seen() if errors else _newest(division),
        label=_label,
        levels=levels(),
        options={
            name: [(one, ITEMS.words(name, [one])[column]) for one in known] for name, known in _LISTS.items()
        },
        typed=typed,
        errors=errors,
    )


def _rows(division: str) -> dict[str, Any]:
    own = queries.current("items", division)
    return dict(own.document["items"]) if own else {}


def _named(column: str) -> str:
    """The field before what is wrong with it, for a list of all faults; the code's names itself."""
    return f"{_label(column)}{_('：')}" if column in _MEMBERS else ""


def _label(name: str) -> str:
    return ITEMS.words(name, None)[_column(0)]


def _words(item: Item | None, name: str) -> str:
    return ITEMS.words(name, getattr(item, name))[_column(2)] if item else "—"


def _told(members: Mapping[str, Any] | None) -> str:
    if members is None:
        return _("移出目录")
    return "；".join(
        f"{words[_column(0)]}：{words[_column(2)]}"
        for name in ("level", "user_types", "scopes", "mandate_kinds")
        if (words := ITEMS.words(name, members[name]))
    )


def _column(chinese: int) -> int:
    """Which of the words in both languages."""
    return chinese if pages.chinese() else chinese + 1


def _newest(division: str) -> int:
    newest = queries.history("items", division, most=1)
    return newest[0].number if newest else 0

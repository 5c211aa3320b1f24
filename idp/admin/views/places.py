"""The administration tree: divisions and departments within reach."""

from flask import Response, request

from idp import divisions
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.base.errors import Rejected
from idp.divisions import service
from idp.pages import _

_PAGE = 50
_LARGEST = 48 * 1024


@blueprint.get("/places")
@needs("admin:divisions:read")
def places() -> Response:
    """Divisions by code, a page at a time, and the departments."""
    return _page({})


@blueprint.post("/places/import")
@needs("admin:divisions:write", fresh=True)
def import_places() -> Response:
    """Take divisions over from CSV, all or none."""
    text = request.form.get("lines", "")[:_LARGEST]
    try:
        count = service.import_divisions(text, reach=member().reach, operator=member().id)
    except Rejected as refused:
        return _page({"lines": sentence(refused)})
    return done(_("已导入或更名%(count)s个行政区划。", count=count), "/admin/places")


@blueprint.post("/places/departments")
@needs("admin:divisions:write", fresh=True)
def add_department() -> Response:
    """Add a public body."""
    form = request.form
    try:
        service.add_department(
            division=form.get("division", ""),
            name=form.get("name", ""),
            name_en=form.get("name_en", ""),
            reach=member().reach,
            operator=member().id,
        )
    except Rejected as refused:
        text = _("请填写您管辖范围内的行政区划代码。") if refused.code == "not_found" else sentence(refused)
        return _page({"division" if refused.code == "not_found" else "name": text})
    return done(_("部门已添加。"), "/admin/places")


def _page(errors: dict[str, str]) -> Response:
    reach, after = member().reach, request.args.get("after", "")[:6]
    found = divisions.divisions(reach, after=after, most=_PAGE + 1) if not reach.department else ()
    return show(
        "places",
        "places",
        400 if errors else 200,
        divisions=found[:_PAGE],
        later=found[_PAGE - 1].code if len(found) > _PAGE else "",
        departments=divisions.departments(reach, most=200),
        errors=errors,
        typed=request.form,
    )

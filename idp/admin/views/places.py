"""The administration tree: divisions and departments within reach."""

import re

from flask import Response, request

from idp import divisions, pages
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.base.errors import Rejected
from idp.divisions import service
from idp.pages import _

_PAGE = 50
_LARGEST = 48 * 1024
#: A reason that is told of a line.
_LINE = re.compile(r"line (\d+): (.*)", re.ASCII)
#: A division whose division above is missing.
_ORPHAN = re.compile(r"(\d{6}): (\d{6}) is not there", re.ASCII)
#: Why a line is not taken.
_REASONS = {
    "The code of a division has six digits": pages.mark("行政区划代码须为六位数字"),
    "The code of a division names a county without a city": pages.mark("代码有县级而没有地市级"),
    "three columns are needed: code,name,name_en": pages.mark("须有三列：代码,名称,英文名称"),
    "the nation is not imported": pages.mark("全国（000000）不能导入"),
    "the code stands twice": pages.mark("代码重复出现"),
    "the division is out of reach": pages.mark("不在您的管辖范围内"),
    "A name has 1 to 60 printable characters": pages.mark("名称须为1至60个可见字符"),
    "this is not CSV": pages.mark("不是CSV格式"),
}


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
        return _page({"lines": _told(refused)})
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


def _told(refused: Rejected) -> str:
    """What is wrong with the lines, in the reader's language."""
    found = _LINE.fullmatch(refused.hint)
    reason = found[2] if found else refused.hint
    if pages.chinese() and (orphan := _ORPHAN.fullmatch(refused.hint)):
        why = _("%(code)s的上级%(above)s不存在，请一并导入", code=orphan[1], above=orphan[2])
        return _("文件有误，没有导入任何内容：%(why)s", why=why)
    if refused.code != "division.import" or not pages.chinese() or reason not in _REASONS:
        return sentence(refused)
    why = _(_REASONS[reason])
    if found:
        why = _("第%(line)s行：%(why)s", line=found[1], why=why)
    return _("文件有误，没有导入任何内容：%(why)s", why=why)


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

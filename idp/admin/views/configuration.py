"""The configuration as a file: taken away, compared with what is in force, applied."""

import re
from collections import Counter

from flask import Response, request

from idp import configuration, pages
from idp.admin import denials
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, reaches_all, show
from idp.base.errors import Rejected
from idp.configuration import Actor, Change, Fault, Refused, service, state, uploads
from idp.configuration.uploads import Upload
from idp.divisions import Reach
from idp.pages import _, see_other, sheets
from idp.permissions import PERMISSIONS

_HERE = "/admin/configuration"
#: So many changes are shown one by one; a file that changes more is told by its counts.
_SHOWN = 300
_LONGEST = 300

SECTIONS = {
    "divisions": pages.mark("行政区划"),
    "departments": pages.mark("部门"),
    "software_issuers": pages.mark("软件声明签发方"),
    "clients": pages.mark("接入应用"),
    "announcements": pages.mark("公告"),
    "policies": pages.mark("地区策略"),
}
_REASONS = (
    (re.compile(r"is not there( in this division)?"), pages.mark("不存在，或不在您的管辖范围内")),
    (re.compile(r"stands in the file twice|the key \S+ is given twice"), pages.mark("在文件中重复出现")),
    (re.compile(r"is not a known key|is not a known section"), pages.mark("不是可用的名称")),
    (re.compile(r"(\S+ )?is missing"), pages.mark("缺少必填内容")),
    (re.compile(r"is not valid (YAML|JSON).*"), pages.mark("格式有误，无法读取")),
    (re.compile(r"must be 1, the format of this file"), pages.mark("配置文件版本须为1")),
    (re.compile(r".* is granted by two officers .*"), pages.mark("受限数据须由两名人员审批，不能用文件授予")),
    (re.compile(r".*is in production by an application.*"), pages.mark("该应用经审批上线，变更须另行申请")),
    (re.compile(r"was given to a client before"), pages.mark("该应用标识曾被使用，不能再用")),
)


@blueprint.get("/configuration")
@needs("admin:configuration:read")
def configuration_page() -> Response:
    """What can be taken away, and where a file is handed in."""
    return _page({})


@blueprint.post("/configuration/export")
@needs("admin:configuration:read", fresh=True)
def configuration_export() -> Response:
    """Take the configuration away."""
    try:
        reach = state.place(request.form.get("within", "").strip(), member().reach)
    except Rejected:
        return _page({"within": _("请填写您管辖范围内的行政区划代码或部门编号。")})
    as_json = request.form.get("format") == "json"
    found = configuration.export(reach, operator=member().id)
    response = Response(
        found.text(json=as_json), mimetype="application/json" if as_json else "application/yaml"
    )
    name = f"configuration-{found.within}.{'json' if as_json else 'yaml'}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/configuration")
@needs("admin:configuration:write")
def configuration_upload() -> Response:
    """Keep a file, and show what it would change."""
    sent = request.files.get("file")
    content = sent.read(sheets.LARGEST + 1) if sent else b""
    if not content:
        return _page({"file": _("请选择配置文件。")})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _page({"file": _("文件须为UTF-8编码的文本。")})
    upload = Upload(text=text, prune=request.form.get("prune") == "yes")
    try:
        refused = _refusal(upload)
    except Rejected as denied:
        return _not_mine(denied)
    if refused is not None:
        return _page({"file": _("文件有误，没有变更任何内容。")}, refused)
    uploads.keep(member().id, upload)
    return see_other(f"{_HERE}/changes")


@blueprint.get("/configuration/changes")
@needs("admin:configuration:write")
def configuration_changes() -> Response:
    """What the file that was handed in would change."""
    upload = uploads.find(member().id)
    if upload is None:
        return done(_("文件已过期或已处理，请重新上传。"), _HERE)
    refused = _refusal(upload)
    if refused is not None:
        return _page({"file": _("文件有误，没有变更任何内容。")}, refused)
    plan = service.compare(upload.text, actor=_actor(), prune=upload.prune)
    return show(
        "configuration_changes",
        "configuration",
        plan=plan,
        upload=upload,
        counts=_counts(plan.changes),
        shown=[_told(change) for change in plan.changes[:_SHOWN]],
        more=max(0, len(plan.changes) - _SHOWN),
        within=_place(plan.state.reach),
    )


@blueprint.post("/configuration/changes")
@needs("admin:configuration:write", fresh=True)
def configuration_apply() -> Response:
    """Apply the file that was looked at, to the state that was looked at."""
    upload = uploads.find(member().id)
    if upload is None or upload.digest != request.form.get("upload"):
        return done(_("文件已过期或已处理，请重新上传。"), _HERE)
    try:
        applied = service.apply(
            upload.text, actor=_actor(), prune=upload.prune, expected=request.form.get("state", "")
        )
    except Refused as refused:
        return _page({"file": _("文件有误，没有变更任何内容。")}, _recorded(refused))
    except Rejected as refused:
        if refused.code != "precondition_failed":
            raise
        return done(_("配置在此期间已有变化，请重新核对差异。"), f"{_HERE}/changes")
    uploads.drop(member().id)
    text = _("已变更%(count)s项配置。", count=len(applied.changes))
    if applied.without_secret:
        text += _(
            "以下应用尚无密钥，须由运维人员生成：%(names)s", names=" ".join(applied.without_secret[:20])
        )
    return done(text, _HERE)


def _refusal(upload: Upload) -> Refused | None:
    """How a file is refused; what was out of reach is on record."""
    try:
        service.compare(upload.text, actor=_actor(), prune=upload.prune)
    except Refused as refused:
        return _recorded(refused)
    return None


def _not_mine(denied: Rejected) -> Response:
    """The page that names what of the file is another officer's to change."""
    if denied.why not in PERMISSIONS:
        raise denied
    denials.record(denied, member().id)
    needed = PERMISSIONS[denied.why]
    what = needed.chinese if pages.chinese() else needed.english
    told = _(
        "文件中有您的角色不能变更的内容，需要“%(what)s”权限。请删去这一部分，或请有权限的管理员导入。",
        what=what,
    )
    return _page({"file": told}, status=denied.status)


def _recorded(refused: Refused) -> Refused:
    denials.record(refused, member().id)
    return refused


def _page(errors: dict[str, str], refused: Refused | None = None, status: int = 400) -> Response:
    if refused or not errors:
        status = refused.status if refused else 200
    return show(
        "configuration",
        "configuration",
        status,
        errors=errors,
        faults=[(fault, _reason(fault)) for fault in refused.faults] if refused else (),
        total=refused.total if refused else 0,
        typed=request.form,
        whole=reaches_all(),
        within=member().reach.department or member().reach.division,
    )


def _reason(fault: Fault) -> str:
    """A reason in the reader's language."""
    if pages.chinese() and fault.chinese:
        return fault.chinese
    for form, told in _REASONS:
        if pages.chinese() and form.fullmatch(fault.reason):
            return _(told)
    return pages.in_words(fault.reason)


def _actor() -> Actor:
    return Actor(id=member().id, reach=member().reach, permissions=member().permissions)


def _place(reach: Reach) -> str:
    return reach.department or reach.division


def _counts(changes: tuple[Change, ...]) -> list[tuple[str, int, int, int]]:
    """How many things of each section come, change and go."""
    found = Counter((one.section, one.action) for one in changes)
    return [
        (_(name), found[section, "added"], found[section, "changed"], found[section, "removed"])
        for section, name in SECTIONS.items()
        if any(one == section for one, _action in found)
    ]


def _told(change: Change) -> tuple[Change, str, list[tuple[str, str, str]]]:
    fields = [] if change.action == "removed" else [
        (name, _plain(old), _plain(new)) for name, (old, new) in change.fields.items()
        if _plain(old) != _plain(new)
    ]  # fmt: skip
    return change, _(SECTIONS[change.section]), fields


def _plain(value: object) -> str:
    return configuration.plain(value)[:_LONGEST]

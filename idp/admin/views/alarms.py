"""Alarms of the record: what somebody should look at, one line an episode."""

from flask import Response, request

from idp import audit, pages
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, places_of, show
from idp.base.errors import Rejected

_PAGE = 50

#: What each kind of alarm says and what to do about it.
KINDS = {
    "lookup": (
        pages.mark("短时间内查看大量人员"),
        pages.mark("联系该管理员核实；不能说明时停用其账号，并查询审计记录。"),
    ),
    "root": (pages.mark("审计链没有按时签名"), pages.mark("检查后台进程和密钥目录。")),
    "spray": (pages.mark("疑似撞库攻击"), pages.mark("在网关封锁来源地址，并关注登录失败统计。")),
    "stream": (pages.mark("审计记录没有送达外部系统"), pages.mark("检查接收方和网络；记录会自动补发。")),
    "writer": (pages.mark("审计记录没有入库或封存"), pages.mark("检查后台进程、数据库和磁盘空间。")),
}


@blueprint.get("/alarms")
@needs("admin:alarms:read")
def alarm_list() -> Response:
    """Those of one's reach, the newest first, open ones marked; the platform's own are the nation's."""
    cursor = request.args.get("after", "")[:36]
    if cursor and not audit.is_cursor(cursor):
        raise Rejected("not_found", why="not a cursor of ours", status=404)
    reach = member().reach
    found = audit.alarms(cursor=cursor, limit=_PAGE + 1, division=reach.division, department=reach.department)
    places = places_of((one.division, one.department) for one in found)
    later = found[_PAGE - 1].id if len(found) > _PAGE else ""
    return show("alarms", "alarms", rows=found[:_PAGE], kinds=KINDS, later=later, places=places)

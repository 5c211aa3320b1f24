"""How the platform is: what it depends on, and what the worker's jobs last did."""

from collections.abc import Callable, Mapping

from flask import Response, current_app

from idp import rounds
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, demand_all, show
from idp.audit import jobs as audit_jobs
from idp.pages import _, mark

_PARTS = {
    "database": (mark("数据库"), mark("数据库没有响应或只读。请检查数据库服务和磁盘空间。")),
    "redis": (mark("缓存（Redis）"), mark("缓存没有响应。用户需要重新登录；请检查缓存服务。")),
    "record": (mark("审计暂存"), mark("审计暂存目录写不进去。请检查磁盘空间和后台进程。")),
    "keys": (mark("密钥目录"), mark("密钥目录有问题。请立即检查服务器日志。")),
}
_JOBS = {
    "approvals.announce_due": mark("通知用户有登录请求"),
    "approvals.forget_pings": mark("清理已完成的通知"),
    "approvals.ping_due": mark("通知应用登录结果"),
    "audit.clean": mark("清理到期的审计记录"),
    "audit.make_months": mark("准备审计月份表"),
    "audit.seal": mark("封存审计记录"),
    "audit.ship": mark("审计记录入库"),
    "audit.sign_root": mark("签名审计链根"),
    "audit.watch": mark("查看是否需要告警"),
    "clients.applications.begin_approved": mark("启用已批准的应用"),
    "clients.applications.look_after_live": mark("提醒应用年度确认"),
    "login.forget_failures": mark("清理登录失败计数"),
    "logout.deliver_due": mark("发送退出通知"),
    "logout.end_stopped": mark("结束停用账号的登录"),
    "logout.forget_settled": mark("清理已有结果的退出通知"),
    "relay.measure": mark("统计待发送的审计记录"),
    "relay.stream_syslog": mark("向日志系统（syslog）发送审计记录"),
    "relay.stream_webhook": mark("向网络回调发送审计记录"),
    "staff.disable_unused": mark("停用长期不用的管理账号"),
    "statistics.count_record": mark("汇总统计"),
    "statistics.forget_counters": mark("清理过期统计"),
    "worker.count_backlog": mark("检查审计暂存"),
}


@blueprint.get("/health")
@needs("admin:health:read")
def health() -> Response:
    """Each dependency, and each job with its last run and its last failure."""
    demand_all()
    state: Callable[[], Mapping[str, bool]] = current_app.extensions["idp.readiness"]
    parts = [(_(_PARTS[name][0]), well, _(_PARTS[name][1])) for name, well in state().items()]
    jobs = [(_(_JOBS[one.job]) if one.job in _JOBS else one.job, one, one.standing) for one in rounds.known()]
    return show("health", "health", parts=parts, jobs=jobs, backlog=audit_jobs.backlog())

"""What was done with one's account and one's data, from the audit record, in the citizen's own words.

Who saw my data (谁看过我的信息): entering a portal, what it read, consents, officers' searches. Whatever is
shown is looked up by the person who is logged in, so that no cursor leads to another's lines.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from clients import scopes
from idp.account.history import SHOWN as LOGINS
from idp.audit import Event, queries
from idp.pages import mark
from idp.pages.language import chinese

#: Kind of event → what the citizen reads; of one that did not go through, under its outcome.
DATA: Mapping[str, str] = {
    "audit.search": mark("管理人员因办案查阅了您的使用记录"),
    "authz.grant": mark("您进入了应用"),
    "context.choose": mark("您选择了办理身份"),
    "idcard.release": mark("应用获得了您的完整证件号码"),
    "people.search": mark("管理人员因办案查找了您的账号"),
    "token.exchange": mark("应用为办理事项调用了其他服务"),
    "userinfo.read": mark("应用读取了您的信息"),
}
CONSENTS: Mapping[str, str] = {
    "consent.grant": mark("您同意提供信息"),
    "consent.withdraw": mark("您撤回了授权"),
}
DENIED: Mapping[str, str] = {
    "audit.search": mark("管理人员查阅您的使用记录，已被拒绝"),
    "consent.grant": mark("您不同意提供信息"),
    "idcard.release": mark("应用要求您的完整证件号码，未予提供"),
    "people.search": mark("管理人员查找您的账号，已被拒绝"),
}
#: What of all this can be chosen, in the order of the page.
VIEWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "": (mark("全部"), {**LOGINS, **DATA, **CONSENTS}),
    "data": (mark("谁看过我的信息"), DATA),
    "consents": (mark("授权"), CONSENTS),
    "logins": (mark("登录与安全"), LOGINS),
}
PAGE = 20


class Line(NamedTuple):
    """One event; ``words`` is translated by the page, ``data`` is in the reader's language already."""

    time: int
    words: str
    client: str
    data: Sequence[str]
    purpose: str
    item: str
    address: str


def lines(person_id: str, view: str, cursor: str) -> tuple[list[Line], str]:
    """The newest events before a cursor, and the cursor of the next page; empty on the last."""
    words = VIEWS[view][1]
    found = queries.of_person(person_id, sorted(words), before=cursor, limit=PAGE + 1)
    more = len(found) > PAGE
    return [_line(event, words) for event in found[:PAGE]], found[PAGE - 1].id if more else ""


def _line(event: Event, words: Mapping[str, str]) -> Line:
    detail = orjson.loads(event.detail)
    told = words[event.kind] if event.outcome == "success" else DENIED.get(event.kind, words[event.kind])
    return Line(
        time=event.time // 1_000_000,
        words=told,
        client=event.client,
        data=_labels(detail.get("scope")) if event.kind not in LOGINS else (),
        purpose=str(detail.get("purpose") or ""),
        item=event.item,
        address=event.address if event.kind in LOGINS else "",
    )


def _labels(names: object) -> list[str]:
    """The names of the data that scopes stand for."""
    listed = names.split() if isinstance(names, str) else names if isinstance(names, list) else []
    known = (scope for name in listed if (scope := scopes.find(str(name))))
    return [scope.label if chinese() else scope.label_en for scope in known]

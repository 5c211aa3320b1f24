"""Putting a backchannel request before the person it is for.

The endpoint only writes the request down; whom it is for is looked up here, by the worker. So the portal's
answer, and its time, is the same for a phone that somebody has and one that nobody has (decision 0023).
"""

import logging

import clients
from idp import audit, notify, persons, settings
from idp.approvals import store
from idp.approvals.approval import Approval
from idp.base.clock import now
from idp.base.errors import Unavailable
from idp.persons import Person
from idp.store import redis
from idp.store.redis import Script

log = logging.getLogger("idp.approvals")

_QUEUE = "approvals:{announce}"
_AT_ONCE = 100
#: A worker that died with a request in hand loses it after so many seconds.
_IN_HAND = 30
#: So many messages within so many seconds reach one person, whoever sends them (attack book G21).
MOST_MESSAGES = 5
_MESSAGE_WINDOW = 600

_TEXT = (
    "【{region}统一身份认证】“{portal}”请您确认登录，{minutes}分钟内有效。"
    "请打开账号中心的“待确认的登录请求”办理。如不是您本人在办理，请拒绝，切勿将验证码告诉他人。"
)

_CLAIM = Script("""
local due = redis.call('ZRANGEBYSCORE', KEYS[1], 0, ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[2], id) end
return due
""")


def enqueue(approval_id: str) -> None:
    """Leave a request to the worker."""
    redis.call("ZADD", _QUEUE, now(), approval_id)


def claim() -> list[str]:
    """Requests to announce now; of two workers one gets each."""
    found = _CLAIM.run((_QUEUE,), (now(), now() + _IN_HAND, _AT_ONCE))
    return [one.decode() for one in found]


def announce(approval_id: str) -> None:
    """Put a request before its person, if there is one who may be asked; then it leaves the queue."""
    approval = store.find(approval_id)
    if approval is not None:
        withheld = _put_before(approval)
        if withheld:
            audit.record(
                "approval.withhold", client=approval.client_id, outcome="refused", reason=withheld,
                method=approval.kind,
            )  # fmt: skip
    redis.call("ZREM", _QUEUE, approval_id)


def _put_before(approval: Approval) -> str:
    """Why nobody was asked; empty when somebody was."""
    person = _whom(approval)
    if person is None or not person.active:
        return "nobody to ask"
    if not store.show_to(approval, person.id):
        return "too many requests wait for the person"
    if not _may_send(person.id):
        return "too many messages to the person"
    _send(approval, person)
    audit.record(
        "approval.ask", person=person.id, client=approval.client_id, method=approval.kind,
        scope=" ".join(approval.scopes), level=approval.level,
    )  # fmt: skip
    return ""


def _whom(approval: Approval) -> Person | None:
    try:
        subject = approval.subject
    except ValueError:
        return None
    return persons.find_by_phone(subject.phone) if subject.phone else persons.read(subject.person_id)


def _may_send(person_id: str) -> bool:
    key = f"approval-messages:{{{person_id}}}"
    _, count = redis.pipeline(("SET", key, 0, "EX", _MESSAGE_WINDOW, "NX"), ("INCR", key))
    return int(count) <= MOST_MESSAGES


def _send(approval: Approval, person: Person) -> None:
    """Tell the person where to look; a message never leads anywhere by itself, so it holds no address."""
    client = clients.find(approval.client_id)
    text = _TEXT.format(
        region=settings.current().region_name,
        portal=client.name if client else "",
        minutes=max(1, (approval.expires_at - now()) // 60),
    )
    channel: notify.Channel = "sms" if person.phone else "app"
    try:
        notify.send(channel, person.phone or person.id, text)
    except Unavailable as error:
        # The request stands on the person's page all the same.
        log.warning("no message about a request that waits: %s", error.what)

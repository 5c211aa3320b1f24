"""What a portal's program has shown that it can do, read from the record: the checklist of its developers.

Nothing is believed that was not seen: an item turns green by a login that went well, or by a probe that was
answered as it must be. What was seen before the last change of the registration does not count.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from clients.client import Client
from clients.uris import of_own_machine
from idp.audit import Event
from idp.audit.queries import events

State = Literal["green", "red", "open"]

_FEW = 10
_CHANGES = ("client.sandbox", "client.apply")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the record holds of a client since its last change, the newest first."""

    client: Client
    grants: list[Event]
    refusals: list[Event]
    tokens: list[Event]
    token_refusals: list[Event]
    probes: dict[str, Event]
    """The newest probe of each kind."""

    def sent(self, name: str) -> bool:
        """Whether the newest request that went well had this parameter."""
        return bool(self.grants) and name in _detail(self.grants[0]).get("parameters", [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the checklist; ``optional``: what a portal should do, and may go live without."""

    name: str
    label: str
    label_en: str
    hint: str
    hint_en: str
    judge: Callable[[Seen], State]
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item as it stands; ``why`` is what the record says of what is red."""

    item: Item
    state: State
    why: str = ""


def report(client: Client) -> tuple[Line, ...]:
    """Every item as it stands now."""
    found = _seen(client)
    return tuple(_line(item, found) for item in ITEMS)


def ready(client: Client) -> bool:
    """Whether nothing is red, and all is green that must be."""
    lines = report(client)
    return not any(line.state == "red" for line in lines) and all(
        line.state == "green" for line in lines if not line.item.optional
    )


def _line(item: Item, found: Seen) -> Line:
    probe = found.probes.get(item.name)
    state = item.judge(found)
    return Line(item=item, state=state, why=probe.reason if probe and state == "red" else "")


def _seen(client: Client) -> Seen:
    changes = [one for kind in _CHANGES for one in events(kind=kind, client=client.client_id, limit=1)]
    since = max((one.time for one in changes), default=0)

    def newest(kind: str, count: int = _FEW) -> list[Event]:
        return events(kind=kind, client=client.client_id, since=since, limit=count)

    probes: dict[str, Event] = {}
    for event in newest("client.probe", 2 * _FEW):
        probes.setdefault(str(_detail(event).get("action", "")), event)
    return Seen(
        client=client,
        grants=newest("authz.grant"),
        refusals=newest("authz.reject"),
        tokens=[one for one in newest("token.issue") if _of_a_code(one)],
        token_refusals=newest("token.refuse"),
        probes=probes,
    )


def _redirect(seen: Seen) -> State:
    """The browser came there with a code, and the program redeemed it; or the probe was answered."""
    if seen.refusals and seen.refusals[0].reason == "redirect_mismatch" and not _later(seen):
        return "red"
    probe = seen.probes.get("redirect")
    if probe and probe.outcome != "success":
        return "red"
    own = all(map(of_own_machine, seen.client.redirect_uris))
    return "green" if seen.tokens and (probe or own) else "open"


def _pkce(seen: Seen) -> State:
    """A verifier that fits its challenge was shown; the newest word of the record counts."""
    faults = [one for one in (*seen.refusals, *seen.token_refusals) if "code_" in one.reason]
    newest = max((one.time for one in faults), default=0)
    if seen.tokens and seen.tokens[0].time > newest:
        return "green"
    return "red" if newest else "open"


def _parameter(name: str) -> Callable[[Seen], State]:
    def judge(seen: Seen) -> State:
        if not seen.grants:
            return "open"
        return "green" if seen.sent(name) else "red"

    return judge


def _level(seen: Seen) -> State:
    """A level was asked for, or the registration asks for one, and a login reached it."""
    asked = seen.sent("acr_values") or (seen.client.min_level > 1 and bool(seen.grants))
    return "green" if asked else "open"


def _probed(name: str) -> Callable[[Seen], State]:
    def judge(seen: Seen) -> State:
        probe = seen.probes.get(name)
        if probe is None:
            return "open"
        return "green" if probe.outcome == "success" else "red"

    return judge


def _keys(seen: Seen) -> State:
    """Its own keys proved it; else, ours were fetched to tell a forged token from a true one."""
    if seen.client.token_endpoint_auth_method == "private_key_jwt" and seen.tokens:
        return "green"
    return _probed("keys")(seen)


def _later(seen: Seen) -> bool:
    return bool(seen.grants) and seen.grants[0].time > seen.refusals[0].time


def _of_a_code(event: Event) -> bool:
    return _detail(event).get("grant_type") == "authorization_code"


def _detail(event: Event) -> dict[str, Any]:
    return dict(orjson.loads(event.detail))


ITEMS: tuple[Item, ...] = (
    Item(
        name="redirect",
        label="回调地址能够到达",
        label_en="The redirect URI is reached",
        hint="用登记的回调地址完成一次登录；https地址还要通过下面的检查。",
        hint_en="Log in once with the registered redirect URI; https addresses need the check below, too.",
        judge=_redirect,
    ),
    Item(
        name="pkce",
        label="使用PKCE（S256）",
        label_en="PKCE is used (S256)",
        hint="授权请求带code_challenge，换取令牌时带对应的code_verifier。",
        hint_en="Send code_challenge with the request and its code_verifier to the token endpoint.",
        judge=_pkce,
    ),
    Item(
        name="state",
        label="授权请求带state",
        label_en="The request has a state",
        hint="每次登录生成随机的state，回调时核对。",
        hint_en="Make a random state for each login and compare it at the callback.",
        judge=_parameter("state"),
    ),
    Item(
        name="nonce",
        label="授权请求带nonce",
        label_en="The request has a nonce",
        hint="每次登录生成随机的nonce，并与ID Token中的nonce核对。",
        hint_en="Make a random nonce for each login and compare it with the one in the ID token.",
        judge=_parameter("nonce"),
    ),
    Item(
        name="level",
        label="理解登录级别",
        label_en="The level is understood",
        hint="用acr_values请求需要的级别，并核对ID Token中的acr。",
        hint_en="Ask for a level by acr_values, and compare acr in the ID token.",
        judge=_level,
    ),
    Item(
        name="keys",
        label="取得并使用公钥",
        label_en="Keys are fetched and used",
        hint="登记退出通知地址后检查：伪造的退出令牌应被拒绝（400），真实的应被接受（200）。",
        hint_en="Register an address for logout tokens and check: a forged one must be refused (400).",
        judge=_keys,
        optional=True,
    ),
    Item(
        name="logout",
        label="应答退出通知",
        label_en="Logout tokens are answered",
        hint="登记退出通知地址后检查：平台发送一个真实的退出令牌，程序应返回200。",
        hint_en="Register an address for logout tokens and check: a true one is sent, and answered with 200.",
        judge=_probed("logout"),
        optional=True,
    ),
)

"""Bring the demonstration up, keep it up, take it down."""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import clients
from idp import settings
from idp.base.errors import Rejected, Unavailable
from idp.demo import authenticators, stage, words
from idp.demo.children import Child, Children, Died
from idp.demo.plan import Plan, Portal, taken
from idp.settings.settings import load

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody ended the demonstration."""


class Refused(Exception):
    """The demonstration cannot start; the message says why and what to do, in both languages."""


def run(plan: Plan, *, as_json: bool) -> int:
    """Run the demonstration until a signal comes; the exit status."""
    began = time.monotonic()
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        with _folder(plan), Children(plan.logs) as children:
            _refuse_taken_ports(plan)
            ready = _start(plan, children)
            words.ready(plan, ready, seconds=time.monotonic() - began, as_json=as_json)
            while True:
                time.sleep(0.5)
                children.watch()
    except Stopped:
        words.tell("已结束演示。", "The demonstration has ended.")
        return 0
    except Refused as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return 2
    except Died as died:
        words.tell(
            "有一部分意外结束，演示已停止：", "One part ended unexpectedly, so the demonstration stopped:"
        )
        print(died, file=sys.stderr)  # noqa: T201
        return 1
    except (Rejected, Unavailable) as error:
        words.tell(f"准备没有成功：{error}", f"The preparation failed: {error}")
        return 1


@contextmanager
def _folder(plan: Plan) -> Iterator[None]:
    """Hold the demonstration's folder, and leave no secret in the clear in it."""
    plan.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.update(plan.server_environment())
    settings.use(load())
    with (plan.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(words.already_running(plan.folder)) from None
        try:
            yield
        finally:
            for number in SIGNALS:  # a second Ctrl-C must not leave parts behind
                signal.signal(number, signal.SIG_IGN)
            authenticators.clear()
            stage.forget(plan)


def _refuse_taken_ports(plan: Plan) -> None:
    if found := taken(plan.ports()):
        raise Refused(words.port_taken(*found))


def _start(plan: Plan, children: Children) -> stage.Stage:
    words.tell("正在启动统一身份认证服务器……", "Starting the identity server ...")
    server = children.start("server", [sys.executable, "-m", "idp.cli", "serve"], os.environ, _ROOT)
    children.wait_for(server, f"{plan.issuer}/readyz")
    words.tell("正在登记演示人员、企业和网站……", "Registering invented people, companies and portals ...")
    ready = stage.prepare(plan)
    words.tell("正在启动三个服务门户……", "Starting three portals ...")
    for portal, child in [(portal, _start_portal(plan, ready, children, portal)) for portal in plan.portals]:
        children.wait_for(child, f"{portal.address}/health")
    return ready


def _start_portal(plan: Plan, ready: stage.Stage, children: Children, portal: Portal) -> Child:
    others = (other for other in plan.portals if other is not portal)
    environment = {
        # Of our own environment a portal gets what programs need to run, and none of the server's settings.
        **{name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TZ") if name in os.environ},
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PORTAL_ISSUER": plan.issuer,
        "PORTAL_ADDRESS": portal.address,
        "PORTAL_NEIGHBOURS": "\n".join(f"{other.name}={other.address}" for other in others),
        **ready.credentials[portal.client_id],
    }
    return children.start(portal.client_id, [sys.executable, "-m", portal.module], environment, _CLIENTS)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


_CLIENTS = Path(clients.__file__).parent
_ROOT = _CLIENTS.parent

"""The letter that a portal's day comes: to those of its contacts that are e-mail addresses."""

import logging
from datetime import datetime

from clients.applications.application import Application
from idp import notify, settings
from idp.base.address import is_address
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected

log = logging.getLogger(__name__)

#: The first line is the subject. No address to press: whoever is concerned knows where the platform is.
_TEXT = """\
【{region}统一身份认证】应用“{name}”的批准将于{day}到期 / Approval of {client_id} ends on {day}

应用“{name}”（{client_id}）的上线批准将于{day}到期。
请自行打开统一身份认证平台，在开发者中心的“上线申请”中查看；不再需要的，请申请下线；含受限数据的，请提前提出变更申请。
到期未确认的应用将暂停服务。

The approval of the portal {client_id} ends on {day}. Open the platform by yourself and look at its
application among the team's at the developers' pages. Restricted data end on that day: apply for them again
in time. A portal that nobody confirms is suspended.
"""


def send(application: Application) -> None:
    """Write to every contact, if there is a relay; raises ``Unavailable`` when nobody could be reached yet.

    Once somebody was, the others are not waited for: he would get the same letter again and again.
    """
    if not notify.serves("email"):
        return
    entry = application.entry
    text = _TEXT.format(
        region=settings.current().region_name,
        name=entry.get("name", application.client_id),
        client_id=application.client_id,
        day=datetime.fromtimestamp(application.due_at, SHANGHAI).strftime("%Y-%m-%d"),
    )
    reached, waits = False, None
    for address in (entry.get("contact"), *entry.get("contacts", ())):
        if isinstance(address, str) and is_address(address):
            try:
                reached = _send(address, text) or reached
            except notify.NotNow as busy:
                waits = busy
    if waits is not None and not reached:
        raise waits


def _send(address: str, text: str) -> bool:
    """Whether the letter was taken."""
    try:
        notify.send("email", address, text)
    except Rejected as refused:
        log.warning("a contact's address takes no letters: %s", refused.why)
        return False
    return True

"""Calls to a program in the sandbox: is it there, and does it tell a true logout token from a forged one?

Only registered addresses are called, by the guarded way out (``idp.outbound``), and seldom.
"""

from clients import Client
from clients.uris import of_own_machine
from idp import audit, outbound
from idp.base.errors import Unavailable
from idp.base.secret import random_token
from idp.logout.backchannel import deliver, logout_token
from idp.store import once

#: Seconds between two rounds of probes of one client.
PAUSE = 15
_MOST = 5
_TAKEN = ("200", "204")


def run(client: Client, person_id: str) -> bool:
    """Try what is registered, and record what came back; false when it was tried a moment ago."""
    if not once.first_time("probe", client.client_id, PAUSE):
        return False
    _redirects(client, person_id)
    if client.backchannel_logout_uri:
        _logout(client, person_id)
    return True


def _redirects(client: Client, person_id: str) -> None:
    """Each address that is not of the browser's own machine answers, with whatever refusal it likes."""
    for uri in [uri for uri in client.redirect_uris if not of_own_machine(uri)][:_MOST]:
        try:
            status = outbound.reach(uri, client=client.client_id)
        except outbound.Failed as failure:
            return _record(client, person_id, "redirect", good=False, told=failure.why)
        if status == 404 or status >= 500:
            return _record(client, person_id, "redirect", good=False, told=f"status {status}")
        _record(client, person_id, "redirect", good=True, told=str(status))
    return None


def _logout(client: Client, person_id: str) -> None:
    """A true token about a session that never was, and the same one with another signature."""
    try:
        true = logout_token(client, person_id, random_token())
    except Unavailable as error:
        return _record(client, person_id, "logout", good=False, told=error.what)
    forged = deliver(client, _forged(true))
    told = deliver(client, true)
    _record(client, person_id, "logout", good=told in _TAKEN, told=told)
    refused = forged.startswith("4") and forged not in ("404", "405")
    _record(client, person_id, "keys", good=refused and told in _TAKEN, told=f"forged {forged}, true {told}")
    return None


def _forged(token: str) -> str:
    """The same claims under a signature that nobody made."""
    signed, _, _signature = token.rpartition(".")
    return f"{signed}.{random_token()}{random_token()}"


def _record(client: Client, person_id: str, action: str, *, good: bool, told: str) -> None:
    audit.record(
        "client.probe",
        client=client.client_id,
        person=person_id,
        outcome="success" if good else "failed",
        reason="" if good else told,
        action=action,
        status=told,
    )

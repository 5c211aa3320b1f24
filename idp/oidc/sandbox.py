"""Who logs in at a client that nobody has judged yet: those who build it, and testers they invited.

Strangers are not even sent there. Anybody can register in the sandbox, and our address must not lend trust
to his (RFC 9700 §4.11.2).
"""

from clients import Client, teams
from clients.uris import of_own_machine
from idp.base.errors import Rejected
from idp.oidc.answers import Page
from idp.oidc.authorization import AuthorizationRequest
from idp.sessions import Session


def demand(client: Client, session: Session) -> None:
    """Whoever is logged in belongs to the team of a sandbox client; raises ``Page``."""
    if client.environment == "sandbox" and not teams.admits(client.client_id, session.person_id):
        raise Page("APP-005", why="sandbox.stranger", status=403, client_id=client.client_id)


def leads_back(client: Client, uri: str, session: Session | None) -> bool:
    """Whether a logout may lead to this address: of a sandbox client as an error may, and no stranger."""
    if client.environment != "sandbox" or of_own_machine(uri):
        return True
    return session is not None and teams.admits(client.client_id, session.person_id)


def demand_harmless(request: AuthorizationRequest, session: Session | None, error: Rejected) -> None:
    """A refusal goes to the browser's own machine, or to whom is admitted; others read it on a page."""
    client = request.client
    if not leads_back(client, request.redirect_uri, session):
        raise Page("APP-003", why=f"sandbox: {error.code} {error.why}", client_id=client.client_id)

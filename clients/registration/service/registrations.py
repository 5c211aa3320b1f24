"""A client registers itself, reads, changes and deletes what it registered (RFC 7591 §3, RFC 7592 §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from clients import documents, manifest, snapshot, version
from clients.client import SECRET_METHODS, Client
from clients.logos import Logo
from clients.models import ClientRow, RegistrationRow
from clients.registration import metadata, queries, statement
from clients.registration.names import random_name
from clients.registration.policy import Policy
from clients.registration.queries import InitialToken, Registration
from clients.registration.service import initial_tokens, tokens
from clients.rules import Fault
from clients.service import check_sectors, end, new_row, write
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret, digest, random_token
from idp.store.db import transaction

#: What may not stand in a description, and how it is said instead (RFC 6749 §5.2).
_SPELLED = str.maketrans({'"': "'", "\\": "/", "§": "section "})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What a client is answered; secrets are made just now, or were shown by the client itself."""

    client: Client
    statement: str = ""
    token: Secret = field(default_factory=lambda: Secret(""))
    secret: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A registration that may be written."""

    client: Client
    logo: Logo | None
    statement: str
    source: str
    """The issuer of its software statement."""


def register(body: Mapping[str, Any], *, token: str) -> Registered:
    """Register a client by an initial access token; when it is refused, nothing was written or spent."""
    initial = queries.initial_token(token)
    if initial is None:
        raise tokens.unknown("no live initial access token")
    judged = _judged(body, initial.policy, random_name(20), known=None)
    registered = _register(judged, initial)
    snapshot.expire()
    return registered


def read(client_id: str, *, token: str) -> Registered:
    """What is registered, for whoever holds the client's registration access token."""
    known = tokens.managed(client_id, token)
    return Registered(client=known.client, statement=known.statement, token=Secret(token))


def update(client_id: str, body: Mapping[str, Any], *, token: str) -> Registered:
    """Replace all that is registered; its registration access token is replaced as well."""
    known = tokens.managed(client_id, token)
    shown = _same_client(body, known.client)
    judged = _judged(body, known.policy, client_id, known=known)
    registered = _update(judged, known, shown)
    snapshot.expire()
    return registered


def delete(client_id: str, *, token: str) -> None:
    """Remove the client: every token of it is dead from the next look of each process at the registry on."""
    _delete(tokens.managed(client_id, token))
    snapshot.expire()


def _same_client(body: Mapping[str, Any], client: Client) -> Secret | None:
    """A change names its client, and may show its secret; it sets neither (RFC 7592 §2.2)."""
    if body.get("client_id") != client.client_id:
        raise Rejected("invalid_client_metadata", "client_id must be that of this client")
    for name in metadata.OURS:
        if name in body:
            raise Rejected("invalid_client_metadata", f"{name} must not be given")
    if "client_secret" not in body:
        return None
    secret = body["client_secret"]
    if not isinstance(secret, str) or not client.secret_matches(secret):
        raise Rejected("invalid_client_metadata", "client_secret must be that of this client")
    return Secret(secret)


def _judged(body: Mapping[str, Any], policy: Policy, client_id: str, known: Registration | None) -> Judged:
    """The one judgement of all registrations, and what this policy adds; a refusal names every fault."""
    stated, text = _statement(body, known)
    said = statement.over(body, stated)
    client, faults = manifest.judge(metadata.entry(said, policy, client_id))
    faults = [*metadata.faults(said), *faults]
    if client is not None:
        faults += policy.faults(client)
    if client is None or faults:
        raise _refused(faults)
    try:
        logo = documents.fetch(client, known.client if known else None)
    except documents.Unfit as unfit:
        raise _refused([unfit.fault]) from None
    return Judged(client=client, logo=logo, statement=text, source=statement.issuer(text))


def _statement(body: Mapping[str, Any], known: Registration | None) -> tuple[dict[str, Any], str]:
    """The metadata of the software statement, and its text; whoever registered by one cannot leave it."""
    text = body.get("software_statement")
    if known and known.statement and text in (None, known.statement):
        return statement.kept(known.statement), known.statement
    if text is None:
        return {}, ""
    return statement.believed(text), str(text)


def _refused(faults: list[Fault]) -> Rejected:
    """The refusal of RFC 7591 §3.2.2, in the characters that RFC 6749 §5.2 allows."""
    named = [f"{metadata.standard_name(key)}: {reason}" for key, reason in faults]
    redirects = faults[0][0] == "redirect_uris" or any(key.startswith("redirect_uris[") for key, _ in faults)
    code = "invalid_redirect_uri" if redirects else "invalid_client_metadata"
    text = "; ".join(named)[:600].translate(_SPELLED)
    hint = "".join(one if " " <= one <= "~" else "?" for one in text)
    return Rejected(code, hint)


@transaction
def _register(session: Session, judged: Judged, initial: InitialToken) -> Registered:
    initial_tokens.spend(session, initial.id)
    number = version.lock(session)
    _check_sectors(session, judged.client)
    row = new_row(session, judged.client.client_id)
    row.origin = "registration"
    token = Secret(random_token())
    session.add(
        RegistrationRow(
            client_id=row.client_id,
            token=digest(token.reveal()),
            replaced_at=clock.now(),
            initial_token=initial.id,
            statement=judged.statement,
        )
    )
    makes_secret = judged.client.token_endpoint_auth_method in SECRET_METHODS
    secret = write(session, row, judged.client, number, judged.logo, makes_secret=makes_secret)
    _record(session, judged, "added", initial_token=initial.id)
    return _answer(row, judged, token, secret)


@transaction
def _update(session: Session, judged: Judged, known: Registration, shown: Secret | None) -> Registered:
    number = version.lock(session)
    token = Secret(random_token())
    tokens.replace(session, known, token)
    _check_sectors(session, judged.client)
    row = _row(session, known.client.client_id)
    now, before = judged.client.token_endpoint_auth_method, known.client.token_endpoint_auth_method
    makes_secret = now in SECRET_METHODS and before not in SECRET_METHODS
    secret = write(session, row, judged.client, number, judged.logo, makes_secret=makes_secret)
    new, old = manifest.document(judged.client), manifest.document(known.client)
    _record(session, judged, "replaced", changes=sorted(name for name in new if new[name] != old[name]))
    return _answer(row, judged, token, secret or (shown if now in SECRET_METHODS else None))


@transaction
def _delete(session: Session, known: Registration) -> None:
    number = version.lock(session)
    tokens.replace(session, known, None)
    row = _row(session, known.client.client_id)
    end(session, row, number)
    audit.record_in(session, "client.register", client=row.client_id, action="removed")


def _row(session: Session, client_id: str) -> ClientRow:
    row: ClientRow | None = session.get(ClientRow, client_id)
    if row is None or not row.enabled:
        raise Rejected("access_denied", "the client was disabled by an operator", status=403)
    return row


def _check_sectors(session: Session, client: Client) -> None:
    try:
        check_sectors(session, [client])
    except manifest.Refused as refused:
        hint = "sector_identifier_uri: the sector belongs to another organisation, or would change"
        raise Rejected("invalid_client_metadata", hint, why=refused.why) from None


def _record(
    session: Session,
    judged: Judged,
    action: str,
    *,
    changes: Sequence[str] | None = None,
    initial_token: str | None = None,
) -> None:
    audit.record_in(
        session, "client.register", client=judged.client.client_id, action=action, changes=changes,
        fingerprint=judged.client.fingerprint, initial_token=initial_token, source=judged.source or None,
    )  # fmt: skip


def _answer(row: ClientRow, judged: Judged, token: Secret, secret: Secret | None) -> Registered:
    client = replace(judged.client, created_at=row.created_at)
    return Registered(client=client, statement=judged.statement, token=token, secret=secret)

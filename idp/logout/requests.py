"""A logout under way: asked by a portal or by the citizen, waiting for the citizen's click."""

from dataclasses import asdict, dataclass

from idp.base.secret import digest, random_token, same
from idp.store.ephemeral import Records

_records = Records("logout", 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """What a portal asked; ``client_id`` is set only when an ID token of ours proved who asks."""

    client_id: str | None = None
    subject: str | None = None
    """The pairwise ``sub`` of that token."""
    sid: str | None = None
    """Its ``sid``: in the session it names, whoever it names need not confirm."""
    redirect_uri: str | None = None
    state: str | None = None


def start(request: LogoutRequest, browser: str) -> str:
    """Keep a request for its page, bound to the browser; the id of the page."""
    token = random_token()
    _records.put(token, asdict(request) | {"browser": digest(browser)})
    return token


def peek(token: str, browser: str) -> LogoutRequest | None:
    """The request of a page, for the browser that asked."""
    record = _records.peek(token)
    if record is None or not same(str(record.pop("browser", "")), digest(browser)):
        return None
    return LogoutRequest(**record)

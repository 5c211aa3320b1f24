"""What is asked of a person who is elsewhere, and the demands its login has to meet."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, Self

import orjson

from clients import Client
from clients.client import SubjectType
from idp import keyring
from idp.login import Requirement

Kind = Literal["device", "backchannel"]
DEVICE: Final[Kind] = "device"
BACKCHANNEL: Final[Kind] = "backchannel"

#: From this level on a login that is merely still there is not enough: whoever approves for a device out of
#: reach has shown a factor within these seconds (attack book G08).
_FRESH_FROM = 3
_FRESH = 300
_LISTS = ("scopes", "resources", "authorization_details", "subject_types")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One request; what became of it stands beside it in the store. ``id`` is the digest of its secret."""

    id: str
    kind: Kind
    client_id: str
    scopes: tuple[str, ...]
    level: int
    started: int
    expires_at: int
    address: str
    """Where the request came from: the device's, or the portal's server."""
    user_code: str = ""
    """As it is shown on the device."""
    binding_message: str = ""
    """What the portal shows, to be compared (CIBA Core §7.1)."""
    sealed: str = ""
    """Of a backchannel request: whom it is for, and how its portal is to be told."""
    resources: tuple[str, ...] = ()
    """The services that tokens are wanted for (RFC 8707)."""
    authorization_details: tuple[dict[str, Any], ...] = ()
    """What in particular is asked for (RFC 9396)."""
    item: str = ""
    """The service item that is applied for."""
    legal_level: int = 1
    max_age: int | None = None
    subject_types: tuple[SubjectType, ...] = ("natural",)
    """What the policies of the client's place asked when it began (``idp.policies``)."""

    @property
    def subject(self) -> "Subject":
        """What the sealed part holds; raises ``ValueError`` when its key is gone."""
        return Subject.open(self.sealed)

    def requirement(self, client: Client, person_id: str | None) -> Requirement:
        """What the login of whoever approves must meet."""
        ages = (self.max_age, _FRESH if self.level >= _FRESH_FROM else None)
        return Requirement(
            level=self.level,
            legal_level=self.legal_level,
            max_age=min((age for age in ages if age is not None), default=None),
            subject_types=tuple(one for one in self.subject_types if one in client.subject_types_allowed),
            client_id=client.client_id,
            person_id=person_id,
        )

    def as_json(self) -> dict[str, Any]:
        """The record form."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The request of a record."""
        values = {name.name: record[name.name] for name in fields(cls)}
        lists = {name: tuple(values[name]) for name in _LISTS}
        return cls(**values | lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a backchannel request is for, as the portal named them, and how the portal is told of the end."""

    phone: str = ""
    """E.164."""
    person_id: str = ""
    """Of an ID token or login hint of ours."""
    secret: str = ""
    """The ``auth_req_id`` itself, for the ping; the store knows its digest alone."""
    notification_token: str = ""

    def seal(self) -> str:
        """The form that Redis may hold: no phone, no secret can be read from a dump."""
        return keyring.seal_token(b"approval:" + orjson.dumps(asdict(self)))

    @classmethod
    def open(cls, box: str) -> Self:
        """What a sealed form holds."""
        plain = keyring.open_token(box) or b""
        if not plain.startswith(b"approval:"):
            raise ValueError("not a subject of ours")
        return cls(**orjson.loads(plain.removeprefix(b"approval:")))

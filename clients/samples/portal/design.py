"""What a portal is and where it runs."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from joserfc.jwk import ECKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something a person does at the portal, and how surely the portal must know the person."""

    key: str
    name: str
    level: int
    about: str
    item: str
    """Its code in the item catalogue; what that asks for is the provider's to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What a portal is, wherever it runs. Texts are Chinese; ``words`` holds their English."""

    slug: str
    name: str
    motto: str
    client_id: str
    port: int
    scope: str
    services: tuple[Service, ...]
    acts_for_company: bool = False

    def service(self, key: str) -> Service | None:
        """The service of that key."""
        return next((service for service in self.services if service.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another portal that trusts the same provider."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a portal runs and what it proves itself with; its addresses have no trailing slash."""

    address: str
    issuer: str
    credential: str | ECKey = field(repr=False)
    neighbours: tuple[Neighbour, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether browsers reach the portal by TLS."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """The host name browsers use for the portal."""
        return urlsplit(self.address).hostname or ""

    @property
    def redirect_uri(self) -> str:
        """Where the authorization response arrives: registered, and never built from a Host header."""
        return f"{self.address}/callback"

    @property
    def signed_out_uri(self) -> str:
        """Where the provider sends people who have signed out."""
        return f"{self.address}/signed-out"

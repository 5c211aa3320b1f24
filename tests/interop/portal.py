"""A portal's registration and one of its visitors, as every client of this folder needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.interop.browserless import Browser, visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What a portal's developer is told, and what its visitor types."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    post_logout_redirect_uri: str
    scope: str
    visitor: Mapping[str, str]
    """Field of a page → what the visitor enters there."""
    key: Mapping[str, Any]
    """The private JWK of a portal without a secret (private_key_jwt)."""
    authority: str = ""
    """Whom to trust for TLS, as a file."""
    certificate: str = ""
    """The private key and certificate of a portal that proves itself in the handshake, as a file."""

    def log_in(self, browser: Browser, address: str) -> str:
        """The visitor follows the portal's redirect and logs in; the address that leads back."""
        return visit(browser, address, self.visitor, self.redirect_uri)

    def log_out(self, browser: Browser, address: str) -> str:
        """The visitor follows the portal's link and confirms where asked; the address that leads back."""
        return visit(browser, address, self.visitor, self.post_logout_redirect_uri)

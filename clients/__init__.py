"""The registry of relying parties: who may ask this server to log somebody in, and for what.

Owns: client metadata, its rules and manifests, client secrets (hashed), the scope register, the frozen
snapshot every request reads.
Not here: authenticating a client at an endpoint (``idp.oidc``), what a citizen agreed to (``idp.consent``),
signing keys of this server (``idp.keyring``); relying parties that run are ``clients.samples``.
"""

from clients.client import Client, secret_matches
from clients.queries import former, logo
from clients.snapshot import all_enabled, find, forget, listed, region

__all__ = ["Client", "all_enabled", "find", "forget", "former", "listed", "logo", "region", "secret_matches"]

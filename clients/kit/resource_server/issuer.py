"""The issuer's keys: fetched from its metadata, kept, and fetched again for a key id nobody knows."""

import json
import threading
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from resource_server.unavailable import Unavailable

_LARGEST = 262_144
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Issuer:
    """One issuer; safe for many threads.

    ``name`` is the issuer's URL, exactly as in its tokens. Keys older than ``keep`` seconds are fetched
    again; a key id that is unknown makes it ask again, at most every ``pause`` seconds, so that forged
    tokens cannot make us knock at the issuer's door. While the issuer is away its last keys are good for
    ``trust`` seconds; without keys ``Unavailable`` is raised.
    """

    def __init__(
        self, name: str, *, keep: float = 3600, trust: float = 86_400, pause: float = 30, timeout: float = 3
    ) -> None:
        parts = urlsplit(name)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("the issuer must be an https URL (http is for loopback in development)")
        self.name = name
        self._keep, self._trust, self._pause, self._timeout = keep, trust, pause, timeout
        self._keys: KeySet | None = None
        self._fetched_at = self._asked_at = float("-inf")
        self._fetching = threading.Lock()

    def keys(self, kid: str) -> KeySet:
        """The keys, fetched anew when ``kid`` is not among them."""
        if self._stale(kid):
            with self._fetching:
                if self._stale(kid):
                    self._fetch()
        if self._keys is None or time.monotonic() - self._fetched_at > self._trust:
            raise Unavailable("the issuer's keys could not be fetched")
        return self._keys

    def _stale(self, kid: str) -> bool:
        moment = time.monotonic()
        if moment - self._asked_at < (self._pause if self._keys is not None else 1):
            return False
        known = self._keys is not None and any(key.kid == kid for key in self._keys)
        return not known or moment - self._fetched_at > self._keep

    def _fetch(self) -> None:
        self._asked_at = time.monotonic()
        try:
            metadata = self._get(f"{self.name.rstrip('/')}/.well-known/openid-configuration")
            self._keys = KeySet.import_key_set(self._get(_place_of_keys(metadata, self.name)))
        except (OSError, ValueError, KeyError, TypeError, JoseError):
            # The keys known so far stay good: an issuer that is away must not log everybody out.
            return
        self._fetched_at = self._asked_at

    def _get(self, uri: str) -> Any:
        with _OPENER.open(uri, timeout=self._timeout) as reply:
            body = reply.read(_LARGEST + 1)
        if len(body) > _LARGEST:
            raise ValueError("the document is too large")
        return json.loads(body)


def _place_of_keys(metadata: Any, issuer: str) -> str:
    """Where the issuer's metadata (RFC 8414 §3.3) says that its keys lie: at its own host."""
    place = str(metadata["jwks_uri"])
    if metadata["issuer"] != issuer or urlsplit(place)[:2] != urlsplit(issuer)[:2]:
        raise ValueError("not the metadata of this issuer")
    return place


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A moved key set is not believed."""

    def redirect_request(self, *args: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

"""Run one portal from its environment.

``PORTAL_ISSUER`` and ``PORTAL_ADDRESS`` say where things are, ``PORTAL_SECRET_FILE`` or ``PORTAL_KEY_FILE``
(a private JWK) holds the credential, ``PORTAL_NEIGHBOURS`` lists others as ``name=address``, one a line.
"""

import json
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import ECKey
from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app
from .design import Design, Neighbour, Place


class QuietHandler(WSGIRequestHandler):
    """Writes no access log: callbacks carry codes in their addresses."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep silent."""


def serve(design: Design) -> None:
    """Serve the portal until it is told to stop."""
    logging.basicConfig(level=logging.WARNING)
    place = read_place(design, os.environ)
    parts = urlsplit(place.address)
    host, port = parts.hostname or "127.0.0.1", parts.port or design.port
    signal.signal(signal.SIGTERM, _leave)
    server = make_server(host, port, create_app(design, place), threaded=True, request_handler=QuietHandler)
    print(f"{design.name} {place.address}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def read_place(design: Design, environment: Any) -> Place:
    """Where this portal runs, as its environment says."""
    return Place(
        address=environment.get("PORTAL_ADDRESS", f"http://127.0.0.1:{design.port}"),
        issuer=environment.get("PORTAL_ISSUER", "http://127.0.0.1:8080"),
        credential=_credential(environment),
        neighbours=tuple(
            Neighbour(name=name, address=address)
            for name, separator, address in (
                line.partition("=") for line in environment.get("PORTAL_NEIGHBOURS", "").splitlines()
            )
            if separator
        ),
    )


def _credential(environment: Any) -> str | ECKey:
    if key_file := environment.get("PORTAL_KEY_FILE"):
        return ECKey.import_key(json.loads(Path(key_file).read_text(encoding="utf-8")))
    if secret_file := environment.get("PORTAL_SECRET_FILE"):
        return Path(secret_file).read_text(encoding="utf-8").strip()
    sys.exit("请设置 PORTAL_SECRET_FILE 或 PORTAL_KEY_FILE / set PORTAL_SECRET_FILE or PORTAL_KEY_FILE")


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)

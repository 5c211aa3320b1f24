"""Run the kiosk: ``PORTAL_ISSUER``, ``PORTAL_ADDRESS`` and ``PORTAL_SECRET_FILE`` say where and as whom."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app
from .provider import Provider
from .screen import Screen

CLIENT_ID = "kiosk"
SCOPE = "openid profile realname"
PORT = 8094


class QuietHandler(WSGIRequestHandler):
    """Writes no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep silent."""


def main() -> None:
    """Serve the screen until told to stop."""
    secret_file = os.environ.get("PORTAL_SECRET_FILE")
    if not secret_file:
        sys.exit("请设置 PORTAL_SECRET_FILE / set PORTAL_SECRET_FILE")
    provider = Provider(
        issuer=os.environ.get("PORTAL_ISSUER", "http://127.0.0.1:8080"),
        client_id=CLIENT_ID,
        secret=Path(secret_file).read_text(encoding="utf-8").strip(),
        scope=SCOPE,
    )
    address = os.environ.get("PORTAL_ADDRESS", f"http://127.0.0.1:{PORT}")
    parts = urlsplit(address)
    signal.signal(signal.SIGTERM, _leave)
    app = create_app(Screen(provider), host=parts.hostname or "127.0.0.1")
    server = make_server(parts.hostname or "", parts.port or PORT, app, request_handler=QuietHandler)
    print(f"自助终端 kiosk {address}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()

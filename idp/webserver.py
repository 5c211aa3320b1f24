"""The web server: granian in front of the gate, its processes forked from this one (decision 0010)."""

import gc
import os
from typing import Any, cast

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from idp.front import Front
from idp.gate import Gate
from idp.settings import Settings

#: A longer head is answered 431, a slower one is cut.
_HEAD_BYTES = 32 * 1024
_HEAD_MILLISECONDS = 10_000


def run(gate: Gate, conf: Settings) -> int:
    """Serve until told to stop; the exit status."""
    front = Front(gate, conf.threads)
    address, _, port = conf.listen.rpartition(":")
    # granian copies its environment for applications; ours has read what it needs and keeps the rest private.
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]
    gc.collect()
    gc.freeze()
    server = Server(
        "idp",
        address=address.strip("[]"),
        port=int(port),
        interface=Interfaces.RSGI,
        workers=conf.processes,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES),
        websockets=False,
        backlog=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=25,
        log_enabled=False,
    )
    try:
        server.serve(target_loader=cast(Any, lambda *_: front), wrap_loader=False)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0

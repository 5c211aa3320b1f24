"""gunicorn in our own server's place: ``gunicorn --config python:idp.gunicorn_settings wsgi:app``.

Its Python parser is the strictest of those tried, and each of its requests costs five times as much
(decision 0010).
"""

import gc
from typing import Any

from idp import metrics, settings
from idp.store import db

_conf = settings.current()

bind = _conf.listen
workers = _conf.processes
worker_class = "gthread"
threads = _conf.threads
preload_app = True
http_parser = "python"
keepalive = 65
timeout = 30
graceful_timeout = 25
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
control_socket_disable = True
loglevel = "warning"
forwarded_allow_ips = ""
"""Nobody's: the gate itself judges whom to believe."""


def when_ready(server: Any) -> None:
    """What is loaded stays: the collector need not walk it in every process again."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """No connection of the parent's is used by a child."""
    db.forked()


def child_exit(server: Any, worker: Any) -> None:
    """A process that ended counts no more."""
    metrics.process_ended(worker.pid)

"""Numbers about the running server for Prometheus.

Owns: the closed list of metrics, counting across worker processes, the text of ``/metrics``.
Not here: who may read it (the web face), who did what (``idp.audit``).

With several worker processes ``PROMETHEUS_MULTIPROC_DIR`` must name an empty folder before this package is
imported: each process counts into files there, and whoever is asked adds them up.
"""

from idp.metrics.metrics import (
    CONTENT_TYPE,
    audit_alarms,
    audit_detail_dropped,
    audit_spool,
    audit_stream,
    hash_queue,
    login,
    outbound,
    process_ended,
    render,
    request,
    token,
)

__all__ = [
    "CONTENT_TYPE", "audit_alarms", "audit_detail_dropped", "audit_spool", "audit_stream", "hash_queue",
    "login", "outbound", "process_ended", "render", "request", "token",
]  # fmt: skip

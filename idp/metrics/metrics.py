"""The closed list of metrics. Labels come from small closed sets, so that nobody outside can add a series."""

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

CONTENT_TYPE = CONTENT_TYPE_LATEST

_REGISTRY = CollectorRegistry()
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)

# One histogram answers both questions: its count is the number of requests.
_REQUESTS = Histogram(
    "idp_request_seconds",
    "Seconds to answer, by endpoint and class of status",
    ("endpoint", "status"),
    buckets=_SECONDS,
    registry=_REGISTRY,
)
_LOGINS = Counter(
    "idp_logins", "Login steps, by method and outcome", ("method", "outcome"), registry=_REGISTRY
)
_TOKENS = Counter(
    "idp_tokens", "Token answers, by grant type and outcome", ("grant", "outcome"), registry=_REGISTRY
)
_OUTBOUND = Counter(
    "idp_outbound", "Calls to portals, by method and outcome", ("method", "outcome"), registry=_REGISTRY
)
_SPOOL = Gauge(
    "idp_audit_spool_bytes",
    "Audit events waiting in the spool for the database",
    multiprocess_mode="mostrecent",
    registry=_REGISTRY,
)
_DROPPED = Counter(
    "idp_audit_details_dropped",
    "Details of audit events that the closed list does not allow and that were left out",
    registry=_REGISTRY,
)
_ALARMS = Gauge(
    "idp_audit_alarms",
    "Alarms that are open, by kind",
    ("kind",),
    multiprocess_mode="mostrecent",
    registry=_REGISTRY,
)
_STREAM = Gauge(
    "idp_audit_stream_waiting",
    "Audit events that wait to be streamed, by where to",
    ("sink",),
    multiprocess_mode="mostrecent",
    registry=_REGISTRY,
)
_HASHES = Gauge(
    "idp_password_hash_queue",
    "Logins that wait for a password hash",
    multiprocess_mode="livesum",
    registry=_REGISTRY,
)

_MOST = 64
"""Label values a metric may have; more are counted as "other"."""

_request_children: dict[tuple[str, int], Histogram] = {}
_login_children: dict[tuple[str, str], Counter] = {}
_token_children: dict[tuple[str, str], Counter] = {}
_outbound_children: dict[tuple[str, str], Counter] = {}


def request(endpoint: str, status: int, seconds: float) -> None:
    """Count an answered request; ``endpoint`` is the name of a route, never a path somebody sent."""
    key = (endpoint, status // 100)
    child = _request_children.get(key)
    if child is None:
        name = endpoint if len(_request_children) < _MOST * 5 else "other"
        child = _request_children[key] = _REQUESTS.labels(name, f"{status // 100}xx")
    child.observe(seconds)


def login(method: str, outcome: str) -> None:
    """Count a login step: ``pwd``, ``otp``, … with ``success``, ``failed`` or ``throttled``."""
    _count(_LOGINS, _login_children, method, outcome)


def token(grant_type: str, outcome: str = "issued") -> None:
    """Count an answer of the token endpoint; what is no registered grant type counts as ``other``."""
    _count(_TOKENS, _token_children, grant_type, outcome)


def outbound(method: str, outcome: str) -> None:
    """Count a call of ours: GET or POST, ``answered``, ``refused`` or ``unreachable``."""
    _count(_OUTBOUND, _outbound_children, method, outcome)


def audit_spool(waiting: int) -> None:
    """Set how many bytes wait in the audit spool of this machine."""
    _SPOOL.set(waiting)


def audit_detail_dropped(count: int) -> None:
    """Count details of events that were left out because the closed list does not allow them."""
    _DROPPED.inc(count)


def audit_alarms(kind: str, count: int) -> None:
    """Set how many alarms of a kind are open."""
    _ALARMS.labels(kind).set(count)


def audit_stream(sink: str, waiting: int) -> None:
    """Set how many events wait to be streamed to a sink."""
    _STREAM.labels(sink).set(waiting)


def hash_queue(waiting: int) -> None:
    """Set how many logins of this process wait for a password hash."""
    _HASHES.set(waiting)


def render() -> bytes:
    """All numbers of all processes in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(_REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def process_ended(pid: int) -> None:
    """Forget the gauges of a worker that ended; its counts stay."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _count(metric: Counter, children: dict[tuple[str, str], Counter], *labels: str) -> None:
    key = (labels[0], labels[1])
    child = children.get(key)
    if child is None:
        known = key if len(children) < _MOST else ("other", labels[1])
        child = children[key] = metric.labels(*known)
    child.inc()

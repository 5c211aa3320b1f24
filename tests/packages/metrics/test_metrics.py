"""Numbers for Prometheus, in one process and across several."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from idp import metrics
from idp.metrics import metrics as listed

PROGRAM = """
import os, sys
from idp import metrics
def work():
    for _ in range(100):
        metrics.request("token", 200, 0.001)
    metrics.login("pwd", "success")
    metrics.hash_queue(3)
    metrics.audit_spool(77)
pids = []
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    pids.append(pid)
for pid in pids:
    os.waitpid(pid, 0)
metrics.process_ended(pids[0])
sys.stdout.buffer.write(metrics.render())
"""


def value(page: str, series: str) -> float:
    for line in page.splitlines():
        if line.startswith(series + " "):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def test_a_request_is_counted_and_timed_by_endpoint_and_class_of_status() -> None:
    series = 'idp_request_seconds_count{endpoint="token",status="4xx"}'
    bucket = 'idp_request_seconds_bucket{endpoint="token",le="0.005",status="4xx"}'
    before = metrics.render().decode()
    metrics.request("token", 401, 0.004)
    metrics.request("token", 400, 0.2)
    after = metrics.render().decode()
    assert value(after, series) - value(before, series) == 2
    assert value(after, bucket) - value(before, bucket) == 1


def test_logins_tokens_and_queues_are_counted() -> None:
    logins = 'idp_logins_total{method="pwd",outcome="success"}'
    tokens = 'idp_tokens_total{grant="authorization_code",outcome="issued"}'
    before = metrics.render().decode()
    metrics.login("pwd", "success")
    metrics.token("authorization_code")
    metrics.hash_queue(4)
    metrics.audit_spool(123)
    after = metrics.render().decode()
    assert value(after, logins) - value(before, logins) == 1
    assert value(after, tokens) - value(before, tokens) == 1
    assert value(after, "idp_password_hash_queue") == 4
    assert value(after, "idp_audit_spool_bytes") == 123


def test_nobody_can_add_series_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "_token_children", {})
    monkeypatch.setattr(listed, "_MOST", 3)
    for number in range(20):
        metrics.token(f"grant-{number}", "refused")
    page = metrics.render().decode()
    assert 'grant="grant-2"' in page
    assert 'grant="grant-3"' not in page
    assert value(page, 'idp_tokens_total{grant="other",outcome="refused"}') == 17


def test_the_list_is_closed_and_every_metric_is_described() -> None:
    page = metrics.render().decode()
    named = {line.split()[2] for line in page.splitlines() if line.startswith("# TYPE")}
    assert {name for name in named if not name.endswith("_created")} == {
        "idp_audit_alarms", "idp_audit_details_dropped_total", "idp_audit_spool_bytes",
        "idp_audit_stream_waiting", "idp_logins_total", "idp_outbound_total", "idp_password_hash_queue",
        "idp_request_seconds", "idp_tokens_total",
    }  # fmt: skip


def test_workers_are_added_up_and_the_gauges_of_an_ended_one_go(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True, check=True,
    )  # fmt: skip
    page = done.stdout.decode()
    assert value(page, 'idp_request_seconds_count{endpoint="token",status="2xx"}') == 300
    assert value(page, 'idp_logins_total{method="pwd",outcome="success"}') == 3
    assert value(page, "idp_password_hash_queue") == 6
    assert value(page, "idp_audit_spool_bytes") == 77

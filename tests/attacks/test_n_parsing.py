"""Group N: what hostile text does to records, logs and request ids."""

import contextvars
import json
import logging
from pathlib import Path

import pytest

from idp import audit, journal, settings
from idp.audit import jobs, queries, spool
from idp.base import trace
from idp.journal.lines import StandardError

HOSTILE = [
    "tax\r\nlevel=info event=forged",
    '","kind":"login.success","x":"',
    "\x1b[2J\x1b[31mred",
    "a\u2028b\u2029c\x85d",
    "\u202etxt.exe",
    "nul\x00byte",
    "lone \ud800 surrogate",
    "{{7*7}} %s %(name)s {0}",
]


@pytest.fixture
def own_folder(stores: None, test_settings: settings.Settings, tmp_path: Path) -> Path:
    settings.use(test_settings.model_copy(update={"var_dir": tmp_path}))
    return tmp_path


@pytest.mark.parametrize("text", HOSTILE)
def test_n10_hostile_text_makes_one_audit_record_and_leaves_the_chain_intact(
    own_folder: Path, text: str
) -> None:
    audit.record("authz.reject", client=text, outcome="refused", reason=text, error=text)
    (path,) = spool.files(own_folder / "spool")
    (line,) = path.read_text("utf-8").splitlines()
    assert line.isprintable()
    assert jobs.ship() == 1
    jobs.seal()
    (event,) = queries.events()
    assert (event.kind, event.outcome) == ("authz.reject", "refused")
    assert audit.verify().intact
    assert jobs.quarantined() == 0


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("library", [True, False])
def test_n10_hostile_text_makes_one_log_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    as_json: bool,
    library: bool,
) -> None:
    journal.configure("INFO", json=as_json)
    # Ours alone: the test runner's own handlers keep the raw text, which its workers cannot send.
    ours = [handler for handler in logging.getLogger().handlers if isinstance(handler, StandardError)]
    monkeypatch.setattr(logging.getLogger(), "handlers", ours)
    if library:
        logging.getLogger("some.library").warning("agent %s", text)
    else:
        journal.logger("idp.test").warning(text, agent=text, **{text: text})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    if as_json:
        assert json.loads(line)["level"] == "warning"


@pytest.mark.parametrize(
    "given",
    ["x" * 10_000, "a\r\nSet-Cookie: a=b", "", "short", "id with space", "编号编号编号编号", "a" * 65,
     "\x1b[31mabcdefgh"],
)  # fmt: skip
def test_n11_a_request_id_from_outside_is_replaced_when_it_is_not_harmless(given: str) -> None:
    with trace.request_context(given, "") as request:
        assert request.id != given
        assert len(request.id) == 16
        assert set(request.id) <= set("0123456789abcdef")


def test_n11_a_harmless_request_id_is_kept_and_stands_in_record_and_log(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal.configure("INFO", json=True)
    with audit.request_context("edge-7f3a.19_x", "192.0.2.9"):
        audit.record("login.failure", outcome="failed")
        journal.logger("idp.test").warning("refused")
    jobs.ship()
    (event,) = queries.events()
    assert (event.request_id, event.address) == ("edge-7f3a.19_x", "192.0.2.9")
    assert json.loads(capsys.readouterr().err)["request_id"] == "edge-7f3a.19_x"


def test_n11_the_request_of_one_thread_of_work_is_not_seen_by_another() -> None:
    def other() -> trace.Request:
        return trace.set_request("other-request-1", "192.0.2.2")

    with audit.request_context("first-request-1", "192.0.2.1") as request:
        contextvars.copy_context().run(other)
        assert trace.current() == request

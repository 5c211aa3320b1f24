"""Log lines for operators: structured, masked, and never what fails."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from idp import journal
from idp.base import trace
from idp.base.secret import Secret
from idp.journal.lines import StandardError

NUMBER = "01010119900307019X"
PHONE = "13800138000"
TOKEN = "Zk3vQ8mB-1xWcR7tYpL0sNdHfGjA9uEoIq2_wVbX5yT"


@pytest.fixture(autouse=True)
def no_request() -> None:
    """No request of an earlier test is still being answered in this thread."""
    trace._current.set(trace._NONE)


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    journal.configure("INFO", json=True)
    yield
    journal.configure("WARNING", json=True)


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().err)
    return found


def test_a_line_has_time_level_logger_and_members(capsys: pytest.CaptureFixture[str]) -> None:
    journal.logger("idp.keyring").info("key rotated", key_id="k1", count=2, ok=True, none=None, share=0.5)
    found = line(capsys)
    assert str(found.pop("timestamp")).endswith("Z")
    assert found == {
        "event": "key rotated", "level": "info", "logger": "idp.keyring",
        "key_id": "k1", "count": 2, "ok": True, "none": None, "share": 0.5,
    }  # fmt: skip


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    journal.logger("idp.test").debug("detail")
    logging.getLogger("library").debug("detail")
    assert capsys.readouterr().err == ""


def test_configuring_twice_writes_lines_once(capsys: pytest.CaptureFixture[str]) -> None:
    journal.configure("INFO", json=True)
    journal.logger("idp.test").info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_q05_authlib_stays_above_debug_where_it_logs_tokens(
    capsys: pytest.CaptureFixture[str], level: str
) -> None:
    journal.configure(level, json=True)
    logging.getLogger("authlib.oauth2.rfc6749").debug("Issue token %r", {"access_token": "t"})
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "name",
    ["password", "Cookie", "Authorization", "code_verifier", "code", "client_secret", "refresh_token",
     "id_token_hint", "otp", "Set-Cookie", "phone", "id_number"],
)  # fmt: skip
def test_q05_a_member_with_a_secret_name_is_masked_whatever_it_holds(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    journal.logger("idp.test").info(
        "seen", **{name: "hunter2"}, headers={name: "hunter2"}, forms=[{name: "hunter2"}]
    )
    err = capsys.readouterr().err
    assert "hunter2" not in err
    assert json.loads(err)[name] == "***"


@pytest.mark.parametrize("secret", [NUMBER, PHONE, TOKEN, "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"])
def test_q05_a_secret_anywhere_in_a_line_is_masked(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    log = journal.logger("idp.test")
    text = f"text {secret}"
    log.info(text, member=secret, inner={"a": [secret], secret: 1}, thing=ValueError(secret))
    log.info("positional %s", secret)
    logging.getLogger("library").warning("GET /cb?x=%s", secret)
    assert secret not in capsys.readouterr().err


def test_q05_a_number_given_as_an_integer_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    journal.logger("idp.test").info("seen", number=int(PHONE), count=12345)
    found = line(capsys)
    assert found["number"] == "138****8000"
    assert found["count"] == 12345


def test_q05_a_secret_type_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    journal.logger("idp.test").info("seen", thing=Secret("hunter2"))
    assert line(capsys)["thing"] == "Secret(***)"


@pytest.mark.parametrize("as_json", [True, False])
def test_q06_a_traceback_is_logged_masked_and_without_local_variables(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    journal.configure("INFO", json=as_json)
    hidden = "local-" + "variable"
    try:
        int(f"{NUMBER}\nforged line")
    except ValueError:
        journal.logger("idp.test").exception("failed")
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "ValueError" in err
    assert NUMBER not in err
    assert hidden not in err
    assert not any(text.startswith("forged") for text in err.splitlines())


def test_lines_for_people_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    journal.configure("INFO", json=False)
    journal.logger("idp.test").info("started", listen="127.0.0.1:8080")
    (text,) = capsys.readouterr().err.splitlines()
    assert text.endswith("info started listen='127.0.0.1:8080' logger='idp.test'")


def test_a_thing_that_cannot_be_shown_does_not_fail_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError(NUMBER)

    journal.logger("idp.test").info("seen", thing=Broken())
    assert line(capsys)["thing"] == "<Broken that cannot be shown: RuntimeError>"


def test_deep_and_long_members_are_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    deep: dict[str, object] = {}
    deep["self"] = deep
    journal.logger("idp.test").info("seen", deep=deep, long="x y" * 100_000)
    assert len(capsys.readouterr().err) < 20_000


def test_r47_a_full_log_disk_does_not_fail_who_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Full())
        journal.logger("idp.test").warning("the service goes on")
        logging.getLogger("library").warning("the service goes on")


def test_a_line_that_cannot_be_formatted_is_lost_without_showing_its_arguments(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = logging.LogRecord("library", logging.WARNING, __file__, 1, "%d", ("hunter2",), None)
    StandardError().handle(record)
    err = capsys.readouterr().err
    assert err == "a log line of library was lost: TypeError\n"

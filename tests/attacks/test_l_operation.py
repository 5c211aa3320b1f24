"""Attack book, what operators rely on: L25 L26 L29."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from clients import commands
from idp import audit
from idp.audit import jobs
from idp.store import db
from tests.actors import Person
from tests.records import events, nothing_changed
from tests.registrants import Registrant


@pytest.mark.parametrize("first", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
@pytest.mark.parametrize("member", ["client_name", "contacts"])
def test_l25_no_text_of_a_list_begins_like_a_formula(program: Registrant, member: str, first: str) -> None:
    with nothing_changed():
        value = [first + " x"] if member == "contacts" else first + " x"
        assert program.refused(**{member: value})[:2] == (400, "invalid_client_metadata")
    program.register()
    listed = CliRunner().invoke(commands.clients, ["list"]).output
    assert not any(line.startswith(("=", "+", "-", "@", "\t")) for line in listed.splitlines())


@pytest.mark.parametrize("path", ["/audit", "/audit/events", "/admin/audit", "/register/audit"])
@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_l26_no_endpoint_alters_the_record(program: Registrant, me: Person, method: str, path: str) -> None:
    before = len(events())
    answer = me.http.open(path, method=method, base_url="http://127.0.0.1:8080")
    assert answer.status_code in (400, 401, 404, 405)
    assert len(events()) >= before


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event WHERE kind = 'client.register'",
        "UPDATE audit_event SET time = time - 86400000000 WHERE kind = 'client.register'",
        "UPDATE audit_event SET client = 'tax' WHERE kind = 'client.register'",
    ],
    ids=["deleted", "backdated", "altered"],
)
def test_l26_a_record_altered_in_the_database_breaks_the_chain(program: Registrant, statement: str) -> None:
    program.register()
    jobs.ship()
    jobs.seal()
    assert audit.verify().intact
    with db.writing_engine().begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1
    assert not audit.verify().intact


@pytest.mark.parametrize(
    "path",
    ["/docs", "/openapi.json", "/swagger", "/redoc", "/debug", "/console", "/graphql", "/actuator/env",
     "/.env", "/static/../idp/settings/settings.py", "/assets/..%2f..%2fsettings.py", "/server-status"],
)  # fmt: skip
def test_l29_nothing_of_the_workshop_is_left_open(stranger: Person, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code in (400, 404)
    assert b"Traceback" not in answer.data

"""N: whatever the description of the interface for programs allows, or forbids, is answered as it says."""

from collections.abc import Callable, Iterable
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis.specs.openapi.checks import positive_data_acceptance

from idp.permissions import PERMISSIONS, Group
from tests.programs import program

pytestmark = pytest.mark.usefixtures("stores")

_EXAMPLES = 12


def at_home(app: Flask) -> Callable[..., Iterable[bytes]]:
    """The application as reached from a network of staff."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ |= {"HTTP_HOST": "127.0.0.1:8080", "REMOTE_ADDR": "127.0.0.1"}
        return app.wsgi_app(environ, start_response)

    return answer


@pytest.mark.timeout(600)
@pytest.mark.parametrize("group", ["system", "security", "audit"])
def test_every_operation_answers_as_it_is_described(group: Group, app: Flask) -> None:
    """schemathesis with real tokens: no 5xx, no answer or media type that the description does not name.

    What is described and still refused (a cursor we did not make, an account that is not there) is left out.
    """
    held = [name for name, permission in PERMISSIONS.items() if group in permission.groups]
    caller = program(app, *held)
    shown = {"Authorization": f"Bearer {caller.token}"}
    schema = schemathesis.openapi.from_wsgi("/admin/api/v1/openapi.json", at_home(app), headers=shown)
    for found in schema.get_all_operations():
        operation = found.ok()

        @hypothesis.settings(max_examples=_EXAMPLES, database=None, derandomize=True, deadline=None)
        @hypothesis.given(case=operation.as_strategy())
        def explore(case: schemathesis.Case) -> None:
            answer = case.call(headers=shown)
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            case.validate_response(answer, headers=shown, excluded_checks=[positive_data_acceptance])

        explore()

"""Every error code that can leave the server is explained, and docs/errors.md says the same."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp import commands, explanations
from idp.pages.texts import REFUSALS

ROOT = Path(__file__).parents[2]
_RAISED = {"Rejected", "Page", "error", "refused", "_refused", "unauthorized", "InvalidToken"}
#: Errors that Authlib's classes bring.
_BY_CLASS = {
    "InvalidRequestError": "invalid_request",
    "UnauthorizedClientError": "unauthorized_client",
    "UnsupportedGrantTypeError": "unsupported_grant_type",
}
#: Refusals of verbs that only operators and our own pages call.
_INWARD = ("not_found", "cross_site")


def codes() -> Iterator[str]:
    """The codes that the protocol face raises."""
    for path in [*(ROOT / "idp" / "oidc").rglob("*.py"), *(ROOT / "idp" / "tokens").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and node.id in _BY_CLASS:
                yield _BY_CLASS[node.id]
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in _RAISED and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_code_of_the_protocol_face_is_explained() -> None:
    known = {code for code in codes() if code.replace("_", "").isalpha() and code not in _INWARD}
    assert len(known) > 15
    assert sorted(known - explanations.BY_CODE.keys()) == []


def test_every_page_code_of_an_application_is_explained() -> None:
    assert {code for code in REFUSALS if code.startswith("APP-")} <= explanations.BY_CODE.keys()


def test_no_code_is_explained_twice_and_each_in_both_languages() -> None:
    assert len(explanations.BY_CODE) == len(explanations.EXPLANATIONS)
    for one in explanations.EXPLANATIONS:
        assert all(one), one.code
        assert (one.meaning + one.fix).isascii(), one.code
        assert not one.meaning_zh.isascii(), one.code
        assert not one.fix_zh.isascii(), one.code


def test_the_page_of_errors_is_fresh() -> None:
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert page == explanations.page(), "run: idp explain --markdown > docs/errors.md"


@pytest.mark.parametrize("code", ["invalid_grant", "APP-001"])
def test_the_command_explains_a_code(code: str) -> None:
    told = CliRunner().invoke(commands.explain, [code])
    assert told.exit_code == 0
    assert explanations.BY_CODE[code].fix_zh in told.output


def test_the_command_helps_with_a_slip() -> None:
    told = CliRunner().invoke(commands.explain, ["invalid_grnt"])
    assert told.exit_code == 1
    assert "invalid_grant" in told.output


def test_the_command_lists_them_all() -> None:
    told = CliRunner().invoke(commands.explain, [])
    assert all(code in told.output for code in explanations.BY_CODE)


def test_a_reference_number_is_answered_by_the_command_that_finds_it() -> None:
    asked = CliRunner().invoke(commands.explain, ["391f35ce09713e00"])
    assert asked.exit_code == 1
    assert "idp audit show --request 391f35ce09713e00" in asked.output
    assert "idp audit show" not in CliRunner().invoke(commands.explain, ["APP-9"]).output

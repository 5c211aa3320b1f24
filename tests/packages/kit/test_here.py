"""The kit and this server understand each other."""

import ast
import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from resource_server import Issuer, Refused, Requirement, ResourceServer
from werkzeug.test import Client

from tests.actors import ISSUER, Person, portal
from tests.packages.kit.issuer import BASE, request

KIT = Path(__file__).parents[3] / "clients" / "kit"


class Here(Issuer):
    """The server in this process."""

    def __init__(self, app: Flask) -> None:
        super().__init__(ISSUER)
        self.person = Person(app)

    def _get(self, uri: str) -> Any:
        return json.loads(self.person.get(uri.removeprefix(ISSUER)).data)


def test_a_token_for_a_service_is_accepted_by_it_and_by_no_other(app: Flask, me: Person) -> None:
    access = me.tokens(portal("tax", audience="tax-api"))["access_token"]
    api = ResourceServer(issuer=Here(app), audience="tax-api", base=BASE)
    token = api.token(request(access), Requirement(scope="profile", acr="urn:gov-sso:acr:l2", max_age=600))
    assert token.client_id == "tax"
    other = ResourceServer(issuer=Here(app), audience="health-api", base=BASE)
    with pytest.raises(Refused, match="invalid_token"):
        other.token(request(access))


def test_an_id_token_is_no_access_token(app: Flask, me: Person) -> None:
    tokens = me.tokens(portal("tax"))
    api = ResourceServer(issuer=Here(app), audience="tax", base=BASE)
    with pytest.raises(Refused, match="invalid_token"):
        api.token(request(tokens["id_token"]))


def test_the_example_answers_both_ways(app: Flask, me: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    specification = spec_from_file_location("example", KIT / "example.py")
    assert specification is not None
    assert specification.loader is not None
    example = module_from_spec(specification)
    specification.loader.exec_module(example)
    monkeypatch.setattr(Issuer, "_get", lambda self, uri: Here(app)._get(uri))
    access = me.tokens(portal("tax", audience="tax-api"))["access_token"]
    http = Client(example.application(ISSUER, "tax-api"))
    for path in ("/flask/returns", "/wsgi/returns"):
        assert http.get(path).status_code == 401
        assert http.get(path, headers={"Authorization": f"Bearer {access}"}).status_code == 200


def test_the_kit_imports_nothing_of_the_server() -> None:
    for file in KIT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"idp", "clients"} & {name.split(".")[0] for name in names}, file.name

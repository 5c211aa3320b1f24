"""The policies, tokens and issuers of operators; the words of the standards in ours."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from flask import Flask

import clients
from clients import commands, manifest
from clients.registration import metadata, policy, queries
from clients.registration.names import random_name
from clients.registration.service import initial_tokens
from idp.base.errors import Rejected
from idp.base.redaction import redact
from tests.conftest import MovableClock
from tests.keyhost import new_key, public
from tests.records import events
from tests.registrants import POLICY, Registrant, initial_token, read_policy

pytestmark = pytest.mark.usefixtures("stores")


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands.clients, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


def shown(output: str, name: str) -> str:
    [line] = [line for line in output.splitlines() if f"{name}: " in line]
    return line.rpartition(" ")[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy as an operator writes it."""
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(POLICY, allow_unicode=True), encoding="utf-8")
    return path


def test_a_policy_needs_what_a_program_cannot_vouch_for_and_no_more() -> None:
    settled = read_policy()
    assert settled.grant_types == ("authorization_code", "refresh_token")
    assert (settled.hosts, settled.sector, settled.profile, settled.listed) == ((), "", "standard", False)
    for name in POLICY:
        with pytest.raises(manifest.Refused):
            read_policy(**{name: None})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"colour": "red"}, "colour"),
        ({"organization": "<b>"}, "organization"),
        ({"organization": "国\u202e家"}, "organization"),
        ({"contact": ""}, "contact"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["openid", "nonsense"]}, "scopes[1]"),
        ({"scopes": ["openid", "idcard"]}, "scopes[1]"),
        ({"scopes": ["openid", "data.query"]}, "scopes[1]"),
        ({"scopes": ["openid", "profile.full"]}, "legal_basis"),
        ({"scopes": ["profile"]}, "scopes"),
        ({"legal_basis": {"phone": "consent"}}, "legal_basis"),
        ({"legal_basis": {"profile": "because"}}, "legal_basis.profile"),
        ({"grant_types": ["password"]}, "grant_types[0]"),
        ({"grant_types": []}, "grant_types"),
        ({"hosts": ["127.0.0.1"]}, "hosts"),
        ({"hosts": ["*.example.org"]}, "hosts"),
        ({"hosts": ["Good.Example"]}, "hosts"),
        ({"sector": "Not A Sector"}, "sector"),
        ({"profile": "fapi9"}, "profile"),
        ({"min_level": "l9"}, "min_level"),
        ({"listed": "yes"}, "listed"),
        ({"retention": 5}, "retention"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)
def test_a_policy_that_nobody_could_register_by_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(manifest.Refused) as refused:
        read_policy(**changes)
    assert any(f"policy.yaml: {fault}" in problem for problem in refused.value.problems)


@pytest.mark.parametrize("text", ["", "[]", "a: 1\na: 2", "&a [*a]", "{", "x" * 2_000_000])
def test_what_is_no_list_of_keys_and_values_is_no_policy(text: str) -> None:
    with pytest.raises(manifest.Refused):
        policy.read(text, "policy.yaml")


def test_a_policy_is_kept_as_it_was_read() -> None:
    settled = read_policy(hosts=["good.example"], legal_basis={"profile": "consent"}, listed=True)
    assert policy.stored(settled.document()) == settled


def test_what_the_operator_settles_is_what_citizens_are_shown(app: Flask) -> None:
    program = Registrant(app, initial_token(legal_basis={"realname": "consent"}, listed=True, min_level="l2"))
    client = clients.find(program.register(client_uri="https://app.example.org/").id)
    assert client
    assert client.organization == POLICY["organization"]
    assert client.purpose_en == POLICY["purpose_en"]
    assert client.legal_basis["realname"] == "consent"
    assert client.legal_basis["profile"] == "statutory_duty"
    assert client.min_level == 2
    assert clients.listed() == (client,)


def test_a_client_is_not_listed_unless_its_policy_says_so(program: Registrant) -> None:
    program.register(client_uri="https://app.example.org/")
    assert clients.listed() == ()


def test_a_native_client_has_a_sector_of_its_own(program: Registrant) -> None:
    sectors = set()
    for _ in range(2):
        own = program.register(
            application_type="native",
            token_endpoint_auth_method="none",
            redirect_uris=["http://127.0.0.1/cb"],
        )
        client = clients.find(own.id)
        assert client
        sectors.add(client.sector)
    assert len(sectors) == 2


def test_every_member_we_understand_is_a_member_of_a_client() -> None:
    assert set(metadata.SAME) <= set(manifest.KEYS)
    assert list(metadata.SAME) == sorted(metadata.SAME)


def test_names_are_of_letters_that_no_record_masks() -> None:
    names = {random_name(20) for _ in range(1000)}
    assert len(names) == 1000
    assert all(redact(name) == name and name.isalpha() for name in names)


def test_an_initial_token_is_created_listed_and_revoked(file: Path, app: Flask) -> None:
    output = run("initial-token", "create", file, "--uses", 2, "--expires", "1h").output
    token, token_id = shown(output, "initial_access_token"), output.split()[1]
    own = Registrant(app, token).register()
    listed = run("initial-token", "list").output
    assert token not in listed
    assert f"{token_id}" in listed
    assert "1/2 uses" in listed
    assert "示范市政务服务局" in listed
    run("initial-token", "revoke", token_id)
    assert "revoked" in run("initial-token", "list").output
    assert Registrant(app, token).post().status_code == 401
    assert own.put().status_code == 200, "who registered by it stays, under its policy"
    assert [event.kind for event in events() if event.kind.startswith("initial_token")] == [
        "initial_token.create",
        "initial_token.revoke",
    ]


def test_an_open_policy_says_so(file: Path, app: Flask) -> None:
    output = run("initial-token", "create", file, "--open").output
    assert "initial_access_token" not in output
    assert "OPEN TO ALL" in run("initial-token", "list").output
    assert Registrant(app).post().status_code == 201
    assert Registrant(app).post().status_code == 401, "once is the default here too"


def test_revoking_twice_is_recorded_once_and_an_unknown_token_is_named_as_such(file: Path) -> None:
    token_id = run("initial-token", "create", file).output.split()[1]
    for _ in range(2):
        run("initial-token", "revoke", token_id)
    assert len(events("initial_token.revoke")) == 1
    assert "no initial access token has this id" in run("initial-token", "revoke", "x", code=1).output


@pytest.mark.parametrize(("uses", "lifetime"), [(0, 60), (-1, 60), (10_001, 60), (1, 0), (1, 366 * 86400)])
def test_uses_and_lifetimes_are_bounded(uses: int, lifetime: int) -> None:
    with pytest.raises(Rejected):
        initial_tokens.create(read_policy(), uses=uses, lifetime=lifetime, operator="tester")
    assert queries.initial_tokens() == []


def test_a_wrong_policy_makes_no_token(file: Path) -> None:
    file.write_text("organization: x\n", encoding="utf-8")
    assert "policy.yaml: scopes: is missing" in run("initial-token", "create", file, code=1).output
    file.write_bytes(b"\xff\xfe")
    run("initial-token", "create", file, code=1)
    assert queries.initial_tokens() == []


def test_what_is_left_of_a_token_is_told(app: Flask, time_travel: MovableClock) -> None:
    Registrant(app, initial_token(uses=1, lifetime=60)).register()
    time_travel.advance(1)
    initial_token(uses=1, lifetime=60)
    assert states() == ["spent", "live"]
    time_travel.advance(60)
    assert states() == ["spent", "spent"]


def states() -> Sequence[str]:
    return [line.split()[1] for line in run("initial-token", "list").output.splitlines()]


def test_issuers_are_added_listed_and_removed(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [public(new_key("one"))]}), encoding="utf-8")
    run("software-issuer", "add", "https://software.example", "--jwks", keys)
    assert "https://software.example  keys one" in run("software-issuer", "list").output
    run("software-issuer", "remove", "https://software.example")
    assert run("software-issuer", "list").output == ""
    assert "no issuer" in run("software-issuer", "remove", "https://software.example", code=1).output
    assert [json.loads(event.detail)["action"] for event in events("software_issuer.change")] == [
        "added",
        "removed",
    ]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"keys":[]}', '{"keys":[{"kty":"oct","k":"AA","kid":"x"}]}', "not json"]
)
def test_an_issuer_needs_public_keys(tmp_path: Path, content: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(content, encoding="utf-8")
    run("software-issuer", "add", "https://software.example", "--jwks", keys, code=1)
    assert queries.software_issuers() == []


@pytest.mark.parametrize("issuer", ["", "a b", "x" * 201, "软件"])
def test_an_issuer_has_a_plain_name(tmp_path: Path, issuer: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [public(new_key("one"))]}), encoding="utf-8")
    run("software-issuer", "add", "--jwks", keys, "--", issuer, code=1)


def test_a_client_is_listed_with_its_origin_and_shown_with_what_it_registered_by(program: Registrant) -> None:
    own = program.register()
    listed, showed = run("list").output, run("show", own.id).output
    assert f"{own.id:32}enabled   registration  Plain Application" in listed
    (token,) = queries.initial_tokens()
    assert f"initial_token: {token.id}" in showed
    assert "origin: registration" in showed
    for secret in (own.token, own.told["client_secret"], program.token):
        assert secret not in listed + showed


def test_an_operator_gives_a_client_a_new_token(program: Registrant) -> None:
    own = program.register()
    old = own.token
    own.told["registration_access_token"] = shown(
        run("registration-token", own.id).output, "registration_access_token"
    )
    assert own.get(token=old).status_code == 401
    assert own.get().status_code == 200
    assert "no client that registered itself" in run("registration-token", "x", code=1).output


def test_a_manifest_makes_a_client_the_operators_own(program: Registrant, tmp_path: Path) -> None:
    own = program.register()
    client = clients.find(own.id)
    assert client
    path = tmp_path / "taken.yaml"
    entry = {
        name: value for name, value in manifest.document(client).items() if value not in ("", [], {}, None)
    }
    path.write_text(yaml.safe_dump({"clients": [entry]}, allow_unicode=True), encoding="utf-8")
    assert "origin: registration -> manifest" in run("apply", path, "--dry-run").output
    run("apply", path)
    taken = clients.find(own.id)
    assert taken
    assert taken.origin == "manifest"
    assert taken.secret_matches(own.told["client_secret"])
    assert own.get().status_code == 401, "its own token manages it no more"

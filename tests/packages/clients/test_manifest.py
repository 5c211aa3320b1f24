"""Reading manifests: all or nothing, every fault named."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from clients import manifest
from clients.client import Client
from idp import settings
from tests import registrations
from tests.registrations import entry, native, refusal, service_entry

AUTH = "token_endpoint_auth_method"
DEMO = Path(manifest.__file__).parent / "manifests" / "demo.yaml"


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.settings.settings._current", settings.Settings(environment="development"))


def problems(*entries: dict[str, object], environment: str = "test") -> list[str]:
    refused = refusal(*entries, environment=environment)
    return [] if refused is None else refused.problems


def test_a_valid_entry_becomes_a_client_with_everything_worked_out() -> None:
    client = registrations.client(min_level="l3", scopes=["openid", "profile", "phone"])
    assert client.min_level == 3
    assert client.sector == "good.example"
    assert dict(client.legal_basis) == {
        "openid": "statutory_duty",
        "profile": "statutory_duty",
        "phone": "consent",
    }
    assert (client.response_modes, client.subject_types_allowed) == (("query",), ("natural",))
    assert client.secrets == ()


def test_a_message_names_manifest_entry_key_and_reason() -> None:
    assert problems(entry(redirect_uris=["https://good.example/cb", "https://good.example/*"])) == [
        "t.yaml: clients[0] (portal-a): redirect_uris[1]: wildcards are not supported: list every URI"
    ]


def test_one_wrong_entry_refuses_the_whole_manifest_and_all_faults_are_named() -> None:
    found = problems(
        entry(), entry(client_id="b", name_en="<b>"), entry(client_id="c", name="\u202e", colour="red")
    )
    assert [line.split(": ")[1:3] for line in found] == [
        ["clients[1] (b)", "name_en"],
        ["clients[2] (c)", "colour"],
    ]


@pytest.mark.parametrize(
    "key", ["client_id", "name", "organization", "contact", "purpose", "retention", AUTH]
)
def test_a_missing_key_is_named(key: str) -> None:
    assert any(f": {key}: is missing" in line for line in problems(entry(**{key: None})))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_id", 7),
        ("client_id", "Portal A"),
        ("client_id", "-a"),
        ("client_id", "a" * 65),
        ("name", None),
        ("name", ["x"]),
        ("redirect_uris", "https://good.example/cb"),
        ("redirect_uris", [None]),
        ("redirect_uris", {"0": "https://good.example/cb"}),
        ("scopes", {"openid": True}),
        ("scopes", ["openid", 1]),
        ("legal_basis", ["openid"]),
        ("legal_basis", {"openid": "because"}),
        ("legal_basis", {"phone": "consent"}),
        ("min_level", 0),
        ("min_level", 5),
        ("min_level", "l5"),
        ("min_level", True),
        ("min_level", []),
        ("jwks", "https://good.example/jwks"),
        ("id_token_lifetime", "300"),
        ("id_token_lifetime", 59),
        ("id_token_lifetime", 3601),
        ("access_token_lifetime", 0),
        ("access_token_lifetime", 1e9),
        ("refresh_token_lifetime", 90 * 86400 + 1),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("response_modes", ["web_message"]),
        ("response_modes", []),
        ("subject_types_allowed", ["ward"]),
        ("subject_types_allowed", []),
        ("sector", "Good.example"),
        ("sector", "a/b"),
        ("audience", "with space"),
        ("audience", "x" * 201),
    ],
)
def test_a_wrong_value_is_refused_at_its_key(key: str, value: object) -> None:
    values = entry()
    values[key] = value
    found = problems(values)
    assert found
    assert all(line.split(": ")[2].startswith((key, "sector")) for line in found)


def test_redirect_uris_of_several_hosts_need_an_explicit_sector() -> None:
    several = ["https://a.example/cb", "https://b.example/cb"]
    [line] = problems(entry(redirect_uris=several))
    assert "sector: must be given when redirect URIs have several hosts" in line
    assert problems(entry(redirect_uris=several, sector="bureau.example")) == []


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("grant_types", entry(grant_types=[])),
        ("grant_types", entry(grant_types=["authorization_code", "authorization_code"])),
        ("grant_types", entry(grant_types=["authorization_code", "password"])),
        ("grant_types", service_entry(grant_types=["client_credentials", "refresh_token"])),
        ("grant_types", service_entry(post_logout_redirect_uris=["https://good.example/out"])),
        ("redirect_uris", entry(redirect_uris=[])),
        ("redirect_uris", service_entry(redirect_uris=["https://good.example/cb"])),
        ("scopes", entry(scopes=["profile"])),
        ("scopes", entry(scopes=["openid", "openid"])),
        ("scopes", entry(scopes=["openid", "offline_access"])),
        ("scopes", entry(scopes=["openid", "admin"])),
        ("scopes", entry(scopes=["openid", "data.query"])),
        ("scopes", service_entry(scopes=["openid"])),
        ("scopes", service_entry(scopes=["phone"])),
        ("legal_basis", entry(scopes=["openid", "profile.full"])),
        ("token_endpoint_auth_method", entry(token_endpoint_auth_method="none")),
        ("token_endpoint_auth_method", entry(token_endpoint_auth_method="client_secret_jwt")),
        ("grant_types", native(grant_types=["authorization_code", "client_credentials"])),
        ("introspects", native(introspects=["x"])),
        ("jwks", entry(token_endpoint_auth_method="private_key_jwt")),
        ("sector", entry(sector="other.example", sector_identifier_uri="https://good.example/sector")),
        (
            "jwks_uri",
            entry(
                jwks={"keys": [ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=False)]},
                jwks_uri="https://good.example/jwks",
            ),
        ),
    ],
)
def test_what_does_not_go_together_is_refused(key: str, values: dict[str, object]) -> None:
    found = problems(values)
    assert found
    assert found[0].split(": ")[2].split("[")[0] == key


def test_scopes_that_are_held_back_say_why() -> None:
    [line] = problems(entry(scopes=["openid", "address"], legal_basis={"address": "statutory_duty"}))
    assert line.endswith("scopes[1]: cannot be granted: no source for it yet")


def test_a_scope_without_default_basis_is_taken_with_a_stated_one() -> None:
    client = registrations.client(scopes=["openid", "profile.full"], legal_basis={"profile.full": "consent"})
    assert dict(client.legal_basis) == {"openid": "statutory_duty", "profile.full": "consent"}


def test_a_message_is_harmless_in_a_terminal_and_bounded() -> None:
    for line in problems(entry(client_id="\x1b[2J\r\n"), entry(**{"\x1b" + "x" * 100_000: 1})):
        assert line.isprintable()
        assert len(line) <= 400


def test_a_client_id_given_twice_is_refused() -> None:
    assert len(problems(entry(), entry())) == 2


def test_a_document_restores_the_same_client() -> None:
    client = registrations.client(min_level="l2", grant_types=["authorization_code", "refresh_token"])
    assert manifest.shape.validate_json(json.dumps(manifest.document(client))) == client


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "clients:",
        "clients: []",
        "clients: {}",
        "clients: [tax]",
        "clients: [{1: x}]",
        "clients: [{a: 1}]\nmore: 1",
        "clients: [",
        "clients: !!python/object/apply:os.system [id]",
        "\x00",
        "clients:\n  - {client_id: a, client_id: b}",
        "a: &a [x]\nclients: *a",
        "clients: [{? [a]: b}]",
        "clients: " + "[" * 3000,
        "x" * (manifest.LARGEST + 1),
    ],
)
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(manifest.Refused) as refused:
        manifest.read(text, "x.yaml")
    assert all(line.startswith("x.yaml: ") and len(line) < 600 for line in refused.value.problems)


def test_dates_in_a_manifest_stay_texts() -> None:
    assert manifest.read("clients: [{name: 2026-01-01}]", "x").entries == [{"name": "2026-01-01"}]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from([*manifest.KEYS, "enabled", "secrets", "x"]), plain, min_size=1, max_size=6
    )
)
def test_any_change_to_an_entry_is_taken_or_refused_and_nothing_else(changes: dict[str, object]) -> None:
    refused = refusal(entry() | changes)
    if refused is None:
        [client] = registrations.clients(entry() | changes)
        assert isinstance(client, Client)
        assert set(changes) <= set(manifest.KEYS)
        assert all(client.redirect_allowed(uri) for uri in client.redirect_uris)
    else:
        assert refused.problems
        assert refused.hint.isascii()


@given(st.text())
def test_any_text_is_a_manifest_or_refused(text: str) -> None:
    with suppress(manifest.Refused):
        assert manifest.read(text, "x.yaml").entries


@pytest.mark.usefixtures("development")
def test_the_demo_manifest_is_valid_once_the_key_is_filled_in() -> None:
    read = manifest.read(DEMO.read_text(encoding="utf-8"), DEMO.name)
    entries = {values["client_id"]: values for values in read.entries}
    with pytest.raises(manifest.Refused, match=r"invalid_client_metadata"):
        manifest.check(read)
    key = ECKey.generate_key("P-256", {"kid": "demo"})
    entries["social-security"]["jwks"] = {"keys": [key.as_dict(private=False)]}
    demo = {client.client_id: client for client in manifest.check(read)}
    portals = ["tax", "social-security", "enterprise-registration"]
    assert list(demo) == [*portals, "kiosk", "hotline", "data-exchange"]
    assert len({client.sector for client in demo.values()}) == 6
    assert demo["social-security"].min_level == 2
    assert demo["enterprise-registration"].subject_types_allowed == ("natural", "legal")
    assert demo["data-exchange"].introspects == ("data-exchange",)


@pytest.mark.usefixtures("development")
def test_a_folder_is_judged_as_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(
            yaml.safe_dump({"clients": [entry(client_id=name)]}), encoding="utf-8"
        )
    assert [client.client_id for client in manifest.load(tmp_path)] == ["a", "b"]
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({"clients": [entry(client_id="a")]}), encoding="utf-8")
    with pytest.raises(manifest.Refused) as refused:
        manifest.load(tmp_path)
    assert "a: client_id: stands in several files" in refused.value.problems[0]


@pytest.mark.usefixtures("development")
def test_an_empty_folder_and_an_unreadable_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(manifest.Refused):
        manifest.load(tmp_path)
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(manifest.Refused):
        manifest.load(tmp_path)

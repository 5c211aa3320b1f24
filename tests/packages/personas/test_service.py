"""Loading the cast through the real services."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from idp import authenticators, organizations, persons, settings
from idp.base import clock
from idp.base.errors import Rejected
from idp.personas import Persona, commands, find, personas, service
from idp.personas.credentials import Credentials, password
from idp.persons import Person
from idp.store import db

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short cast, because every password costs a hash."""
    slugs = ("zhang-shi", "corrected-number", "chen-shigang", "frozen", "deceased", "zhang-xiaoshi")
    monkeypatch.setattr(service, "personas", lambda: tuple(find(slug) for slug in slugs))
    monkeypatch.setattr(service, "bodies", lambda: ())


@pytest.fixture
def changed(test_settings: settings.Settings) -> Iterator[Callable[..., settings.Settings]]:
    """Settings like the test server's, but for what the test names."""
    yield lambda **changes: settings.use(test_settings.model_copy(update=changes))
    settings.use(test_settings)


def person(persona: Persona) -> Person:
    document = persons.number.parse(persona.number)
    found = persons.find_by_identifier(document.id_type, document.value)
    assert found is not None, persona.slug
    return found


def test_the_whole_cast_becomes_what_its_roster_says() -> None:
    made = {one.slug: one for one in service.load()}
    for persona in personas():
        loaded = person(persona)
        assert (loaded.name, loaded.status) == (persona.name, persona.status), persona.slug
        assert loaded.ial == (0 if persona.proved_on else persona.level), persona.slug
        assert (loaded.phone is not None) == bool(persona.phone), persona.slug
        assert (persona.slug in made) == persona.password, persona.slug
        assert authenticators.password.enrolled(loaded.id) == persona.password, persona.slug
        assert authenticators.totp.enrolled(loaded.id) == persona.totp, persona.slug
    _log_in(made["zhang-shi"])
    _represented()


def _log_in(credentials: Credentials) -> None:
    who = person(find(credentials.slug))
    assert authenticators.password.check(who.id, credentials.password.reveal())
    assert credentials.totp is not None
    code = pyotp.TOTP(credentials.totp.reveal()).at(clock.now())
    assert authenticators.totp.check(who.id, code)


def _represented() -> None:
    owner = person(find("several-companies"))
    assert len(organizations.represented_by(owner.id)) == 4
    states = {
        body.status: organizations.represents(person(find(slug)).id, body.id)
        for slug, uscc in (
            ("zhang-shi", "91010101MA01DEM07P"),
            ("revoked-company-head", "91010101MA0000357A"),
            ("cancelled-company-head", "91010101MA00000742"),
        )
        if (body := organizations.find_by_code(uscc))
    }
    assert states == {"active": True, "revoked": False, "cancelled": False}


@pytest.mark.usefixtures("few")
def test_loading_again_changes_nothing_and_gives_nothing() -> None:
    first = service.load()
    before = {one.slug: person(one) for one in service.personas()}
    events = _count("audit_event")
    assert service.load() == ()
    assert {one.slug: person(one) for one in service.personas()} == before
    assert _count("audit_event") == events
    credentials = next(one for one in first if one.slug == "zhang-shi")
    assert authenticators.password.check(before["zhang-shi"].id, credentials.password.reveal())


@pytest.mark.usefixtures("few")
def test_renewing_ends_the_old_credentials() -> None:
    old = {one.slug: one for one in service.load()}["zhang-shi"]
    new = {one.slug: one for one in service.load(renew=True)}["zhang-shi"]
    who = person(find("zhang-shi"))
    assert not authenticators.password.check(who.id, old.password.reveal())
    _log_in(new)


@pytest.mark.usefixtures("few")
def test_an_interrupted_load_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(service.persons_service, "replace_identifier", stop)
        with pytest.raises(KeyboardInterrupt):
            service.load()
    service.load()
    corrected = person(find("corrected-number"))
    old, new = sorted(persons.identifiers(corrected.id), key=lambda row: row.valid_to is None)
    assert (old.replaced_by, old.reason) == (new.id, "duplicate number")
    assert persons.find_by_identifier("111", find("corrected-number").replaces) is None


@pytest.mark.usefixtures("few")
def test_no_password_or_secret_is_kept_in_the_clear() -> None:
    made = service.load()
    with db.reading() as connection:
        dump = repr(
            [connection.execute(text(f"SELECT * FROM {name}")).all() for name in db.db.metadata.tables]
        )
    for one in made:
        secrets = [one.password.reveal()] + ([one.totp.reveal()] if one.totp else [])
        assert [secret for secret in secrets if secret in dump or secret in repr(one)] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"environment": "production", "issuer": "https://id.example", "allow_demo_regions": False},
            "personas.production",
        ),
        ({"allow_demo_regions": False}, "personas.regions"),
    ],
)
def test_loading_is_refused_where_synthetic_people_have_no_place(
    changes: dict[str, object], code: str, changed: Callable[..., settings.Settings]
) -> None:
    changed(**changes)
    with pytest.raises(Rejected) as caught:
        service.load()
    assert caught.value.code == code
    assert _count("person") == 0


def test_passwords_are_long_random_and_readable() -> None:
    made = {password().reveal() for _ in range(100)}
    assert len(made) == 100
    assert {len(one) for one in made} == {27}


@pytest.mark.usefixtures("few")
def test_the_command_writes_a_file_only_its_owner_can_read(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("zhang-shi\told\told\t-\t张示\nsomebody\tkept\tkept\t-\t-\n", encoding="utf-8")
    file.chmod(0o644)
    result = CliRunner().invoke(commands.personas, ["load", "--passwords-file", str(file)])
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = {line.split("\t")[0]: line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()}
    assert lines["somebody"][1] == "kept"
    assert lines["zhang-shi"][1] == find("zhang-shi").number
    assert authenticators.password.check(person(find("zhang-shi")).id, lines["zhang-shi"][2])
    assert lines["zhang-shi"][2] not in result.output


def test_the_command_says_why_it_refuses(changed: Callable[..., settings.Settings]) -> None:
    changed(allow_demo_regions=False)
    result = CliRunner().invoke(commands.personas, ["load"])
    assert result.exit_code == 1
    assert "IDP_ALLOW_DEMO_REGIONS" in result.output


def test_the_list_tells_what_everybody_is_for() -> None:
    output = CliRunner().invoke(commands.personas, ["list"]).output
    assert [one.slug for one in personas() if one.note not in output or one.note_en not in output] == []


def _count(table: str) -> int:
    with db.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

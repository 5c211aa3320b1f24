"""Setting up, checking and removing a one-time-code generator."""

import re
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pyotp
import pytest

from idp import authenticators, keyring
from idp.authenticators import queries
from idp.authenticators.totp import codes
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.keyring import SealBroken
from idp.persons import Person
from idp.persons import service as registry
from idp.store import redis
from tests.conftest import MovableClock
from tests.packages.authenticators import people
from tests.packages.authenticators.people import App

totp = authenticators.totp


def test_a_code_of_the_enrolled_app_is_right(person: Person) -> None:
    app = App(person).enrol()
    assert totp.enrolled(person.id)
    assert totp.check(person.id, app.code()) is True


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３", "-12345", "12.345", "0x1234", "1" * 5000]
)
def test_what_is_no_code_is_wrong(person: Person, code: str) -> None:
    App(person).enrol()
    assert totp.check(person.id, code) is False


def test_nobody_and_who_has_no_generator_have_no_right_code(person: Person) -> None:
    app = App(person)
    assert totp.enrolled(person.id) is False
    assert totp.check(person.id, app.code()) is False
    assert totp.check(people.nobody(), app.code()) is False


def test_another_persons_code_is_wrong(person: Person) -> None:
    other = App(person)
    App(person).enrol()
    assert totp.check(person.id, other.code()) is False


@pytest.mark.parametrize(
    "spell", [lambda c: f"{c[:3]} {c[3:]}", lambda c: f" {c}\n", lambda c: c.translate(FULL)]
)
def test_a_code_is_read_as_people_type_it(person: Person, spell: "type[str]") -> None:
    app = App(person).enrol()
    assert totp.check(person.id, spell(app.code())) is True


FULL = str.maketrans("0123456789", "０１２３４５６７８９")


def test_nothing_is_kept_before_the_app_is_proved(person: Person) -> None:
    app = App(person)
    assert totp.confirm(person.id, app.secret, "000000" if app.code() != "000000" else "111111") is False
    assert totp.enrolled(person.id) is False
    assert people.events("mfa.enrol", person.id) == []


def test_the_code_that_proved_the_app_is_spent(person: Person) -> None:
    app = App(person)
    code = app.code()
    assert totp.confirm(person.id, app.secret, code) is True
    assert totp.check(person.id, code) is False


def test_a_second_app_does_not_push_out_the_first(person: Person) -> None:
    app = App(person).enrol()
    thief = App(person)
    with pytest.raises(Rejected, match=r"totp\.enrolled"):
        totp.confirm(person.id, thief.secret, thief.code())
    assert totp.check(person.id, app.code()) is True
    assert len(people.events("mfa.enrol", person.id)) == 1


def test_a_removed_app_opens_nothing_and_another_may_come(person: Person) -> None:
    app = App(person).enrol()
    assert totp.remove(person.id) is True
    assert totp.check(person.id, app.code()) is False
    assert totp.remove(person.id) is False
    assert totp.check(person.id, App(person).enrol().code()) is True


def test_setting_up_and_removing_are_on_record_with_who_did_it(person: Person) -> None:
    app = App(person)
    totp.confirm(person.id, app.secret, app.code(), operator="window 3")
    totp.remove(person.id, operator="window 4")
    totp.remove(person.id, operator="window 5")
    (enrolled,) = people.events("mfa.enrol", person.id)
    (removed,) = people.events("mfa.remove", person.id)
    assert enrolled.detail == '{"method":"otp","operator":"window 3"}'
    assert removed.detail == '{"method":"otp","operator":"window 4"}'


def test_the_seed_is_sealed_and_bound_to_its_row(person: Person) -> None:
    app = App(person).enrol()
    stored = queries.generator(person.id)
    assert stored
    assert app.secret.reveal().encode() not in stored.seed
    assert keyring.unseal(stored.seed, f"{person.id}|totp".encode()).decode() == app.secret.reveal()
    with pytest.raises(SealBroken):
        keyring.unseal(stored.seed, f"{people.nobody()}|totp".encode())


def test_neither_a_printed_secret_nor_a_printed_row_shows_the_seed(person: Person) -> None:
    app = App(person).enrol()
    assert app.secret.reveal() not in repr((app.secret, str(app.secret), queries.generator(person.id)))
    assert "seed" not in repr(queries.generator(person.id))


def test_the_address_for_the_app_names_us_and_only_masks_the_person(person: Person) -> None:
    app = App(person)
    parts = urlsplit(app.uri)
    fields = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/示范省统一身份认证:张*"
    assert fields == {"secret": [app.secret.reveal()], "issuer": ["示范省统一身份认证"]}
    assert pyotp.parse_uri(app.uri).verify(pyotp.TOTP(app.secret.reveal()).now())


def test_secrets_are_of_160_bits_and_all_different(person: Person) -> None:
    secrets = {App(person).secret.reveal() for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) * 5 for secret in secrets} == {160}


def test_a_code_shown_again_is_refused_and_on_record(person: Person) -> None:
    app = App(person).enrol()
    code = app.code()
    assert totp.check(person.id, code) is True
    assert totp.check(person.id, code) is False
    (event,) = people.events("mfa.replay", person.id)
    assert (event.outcome, event.detail) == ("refused", '{"method":"otp"}')
    assert code not in event.line().decode()


def test_a_wrong_code_is_no_replay(person: Person) -> None:
    app = App(person).enrol()
    wrong = next(
        code for code in ("000000", "111111", "222222", "333333") if code not in map(app.code, (-1, 0, 1))
    )
    assert totp.check(person.id, wrong) is False
    assert people.events("mfa.replay", person.id) == []


def test_after_the_next_code_the_present_one_is_spent_too(person: Person) -> None:
    app = App(person).enrol()
    assert totp.check(person.id, app.code(1)) is True
    assert totp.check(person.id, app.code(0)) is False


def test_a_flushed_redis_gives_no_code_a_second_life(person: Person) -> None:
    app = App(person).enrol()
    code = app.code()
    assert totp.check(person.id, code) is True
    redis.call("FLUSHALL")
    assert totp.check(person.id, code) is False


def test_a_clock_set_back_gives_no_code_a_second_life(person: Person, time_travel: MovableClock) -> None:
    app = App(person).enrol()
    code = app.code()
    assert totp.check(person.id, code) is True
    time_travel.advance(-30)
    assert totp.check(person.id, code) is False


def test_setting_up_survives_a_change_of_phone(person: Person) -> None:
    app = App(person).enrol()
    registry.set_phone(person.id, "13900005678")
    assert totp.check(person.id, app.code()) is True


def test_the_picture_is_inline_and_needs_no_leave_of_the_csp(person: Person) -> None:
    picture = totp.svg(App(person).uri)
    root = ElementTree.fromstring(picture)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    names = {name for element in root.iter() for name in element.attrib}
    assert tags <= {"svg", "path", "g"}
    assert not names & {"style", "href", "src"}
    assert not re.search(r"<script|<style|url\(|on\w+=|https?://(?!www\.w3\.org)", picture)


def test_every_step_of_the_window_is_computed_whichever_matches() -> None:
    secret = Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    made: list[int] = []

    class Counting(pyotp.TOTP):
        def generate_otp(self, input: int) -> str:  # noqa: A002
            made.append(input)
            return super().generate_otp(input)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "generator", lambda secret: Counting(secret.reveal()))
        step = codes.step_of(secret, codes.generator(secret).now())
    assert step is not None
    assert len(made) == 4

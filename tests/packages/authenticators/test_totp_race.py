"""One code, many at once: one of them gets in."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from idp import authenticators
from idp.authenticators import service
from idp.base.errors import Rejected
from idp.persons import Person
from tests.conftest import MovableClock
from tests.packages.authenticators import people
from tests.packages.authenticators.people import App

MANY = 8
totp = authenticators.totp


def test_of_many_with_the_same_code_exactly_one_gets_in(person: Person, time_travel: MovableClock) -> None:
    app = App(person).enrol()
    for _ in range(5):
        code, gate = app.code(), Barrier(MANY)

        def show(_: int, code: str = code, gate: Barrier = gate) -> bool:
            gate.wait(10)
            return totp.check(person.id, code)

        with ThreadPoolExecutor(MANY) as threads:
            assert sorted(threads.map(show, range(MANY))) == [False] * (MANY - 1) + [True]
        time_travel.advance(30)
    assert len(people.events("mfa.replay", person.id)) == 5 * (MANY - 1)


def test_a_step_once_taken_is_never_given_again(person: Person) -> None:
    App(person).enrol()
    step = 10**9
    with ThreadPoolExecutor(MANY) as threads:
        taken = list(threads.map(lambda n: service.spend_step(person.id, step + n // 4), range(4 * 5)))
    assert 1 <= taken.count(True) <= 5
    assert service.spend_step(person.id, step + 4) is False


def test_of_two_apps_proved_at_once_one_is_enrolled(person: Person) -> None:
    apps = [App(person) for _ in range(MANY)]
    gate = Barrier(MANY)

    def prove(app: App) -> bool:
        gate.wait(10)
        try:
            return totp.confirm(person.id, app.secret, app.code())
        except Rejected:
            return False

    with ThreadPoolExecutor(MANY) as threads:
        assert list(threads.map(prove, apps)).count(True) == 1
    assert len(people.events("mfa.enrol", person.id)) == 1

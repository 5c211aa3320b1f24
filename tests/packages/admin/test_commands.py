"""What the command line does of the console: the same verbs, by whoever types."""

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from clients.applications import commands as applications
from idp import announcements, audit, commands, divisions, persons, rounds, sessions, staff
from idp.announcements import commands as announcing
from idp.audit import commands as auditing
from idp.audit import jobs
from idp.divisions import commands as tree
from idp.login import commands as logins
from idp.login import throttle
from idp.logout import commands as stopping
from idp.logout import deliveries
from idp.staff import commands as administrators
from idp.statistics import commands as figures
from idp.statistics import jobs as statistic_jobs
from tests.actors import Person, portal
from tests.applying import drafted, submitted
from tests.officers import CITY, appointed, grow_tree
from tests.packages.admin.test_announcements import at
from tests.packages.admin.test_portals import notice
from tests.packages.admin.test_programs import NUMBER, resident
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")


def run(group: click.Command, *arguments: str, typed: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(group, arguments, input=typed)
    assert result.exit_code == code, result.output
    assert NUMBER not in result.output
    return result


def test_pauses_are_lifted_by_the_number_that_is_asked_for() -> None:
    person_id = resident()
    for _ in range(5):
        throttle.admit(f"number|111|{NUMBER}", "192.0.2.7", "").failed()
    with one_event("login.unlock"):
        assert "张*范" in run(logins.login, "unlock", "--cause", "called us", typed=f"{NUMBER}\n").output
    throttle.admit(f"number|111|{NUMBER}", "192.0.2.7", "").released()
    assert events("login.unlock")[-1].person == person_id
    with nothing_changed():
        run(logins.login, "unlock", "--cause", "called us", typed="010101199001011014\n", code=1)


def test_a_new_proof_is_demanded_and_logins_are_ended(app: Flask) -> None:
    person_id = resident()
    for arguments in (("sign-out",), ("reprove",)):
        Person(app).log_in(person_id, ial=3)
        assert sessions.of_person(person_id)
        output = run(stopping.persons, *arguments, person_id, "--cause", "lost phone").output
        assert "Sessions ended: 1" in output
        assert sessions.of_person(person_id) == []
    assert persons.read(person_id).ial == 0  # type: ignore[union-attr]
    assert "lost phone" in repr([tuple(event) for event in events("person.level")])


def test_a_portal_is_told_about_and_the_telling_withdrawn() -> None:
    portal("tax")
    told = ("--text", "今晚维护", "--text-en", "Maintenance", "--from", at(-1))
    run(announcing.announcements, "add", "tax", *told, "--to", at(-2), code=1)
    run(announcing.announcements, "add", "none", *told, "--to", at(24), code=1)
    assert announcements.of_client("tax") == ()
    made = run(announcing.announcements, "add", "tax", *told, "--to", at(24)).output.split()[-1]
    assert "今晚维护" in run(announcing.announcements, "list", "tax").output
    with one_event("announcement.change"):
        run(announcing.announcements, "withdraw", "tax", made)
    assert announcements.of_client("tax") == ()


def test_notices_are_listed_and_sent_again() -> None:
    portal("tax")
    one = notice("tax")
    notice("tax")
    assert run(deliveries.deliveries, "list").output.count("tax") == 2
    assert run(deliveries.deliveries, "list", "--waiting").output == ""
    run(deliveries.deliveries, "retry", code=2)
    run(deliveries.deliveries, "retry", "0" * 36, code=1)
    run(deliveries.deliveries, "retry", one)
    assert one in run(deliveries.deliveries, "list", "--waiting").output
    assert "2 will be sent again" in run(deliveries.deliveries, "retry", "--client", "tax").output


def test_applications_are_listed_and_shown_but_for_drafts() -> None:
    grow_tree()
    made, draft = submitted("portal-a"), drafted("portal-b", sector="b.example")
    listed = run(applications.applications, "list").output
    assert made in listed
    assert draft not in listed
    assert '"https://good.example/cb"' in run(applications.applications, "show", made).output
    run(applications.applications, "show", draft, code=1)


def test_figures_and_health_are_shown() -> None:
    portal("tax")
    audit.record("login.success", client="tax", level=2, seconds=5)
    jobs.ship()
    statistic_jobs.count_record()
    shown = run(figures.statistics, "--client", "tax").output.split()
    assert shown[:3] == ["login", "success", "1"]
    rounds.failed("logout.deliver_due", "redis is unavailable")
    output = run(commands.health).output
    assert "database" in output
    assert "redis is unavailable" in output


def test_staff_are_listed_and_stopped() -> None:
    member, _ = appointed("support")
    assert f"{member.login_name}" in run(administrators.admin, "list").output
    with one_event("staff.change"):
        run(administrators.admin, "disable", member.login_name, "--cause", "left")
    assert staff.find(member.id).status == "disabled"  # type: ignore[union-attr]
    run(administrators.admin, "disable", "nobody", "--cause", "left", code=1)


def test_public_bodies_are_added_and_listed() -> None:
    grow_tree()
    names = ("--name", "示范局", "--name-en", "Demo Bureau")
    made = run(tree.divisions, "add-department", CITY, *names).output.strip()
    assert divisions.department(made)
    assert made in run(tree.divisions, "departments", "--within", CITY).output
    run(tree.divisions, "add-department", "999999", *names, code=1)


def test_the_record_is_shown_by_a_reference_number(app: Flask, me: Person) -> None:
    me.authorize(portal("tax"), redirect_uri="https://elsewhere.example/cb")
    (refused,) = events("authz.reject")
    output = run(auditing.audit, "show", "--request", refused.request_id).output
    assert output.count("authz.reject") == 1
    assert "authz.reject" not in run(auditing.audit, "show", "--request", "0" * 16).output

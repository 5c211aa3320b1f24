"""The configuration as a file: whole or nothing, unchanged it writes nothing, secrets stay as they are."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey

import clients
from clients import service as registry
from clients.registration import queries as registrations
from idp import announcements, configuration, divisions, policies
from idp.base import clock
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected
from idp.configuration import service
from idp.divisions import NATION, Reach
from tests import applying
from tests.configurations import WHOLE, apply, exported, faults, file, machine, officer
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, department, grow_tree
from tests.records import events, nothing_changed
from tests.registrations import apply as register
from tests.registrations import entry

pytestmark = pytest.mark.usefixtures("stores")

DEPARTMENT = "5f0c6f9a-0000-4000-8000-000000000001"
PLACES = [
    {"code": "010000", "name": "示范省", "name_en": "Demo Province"},
    {"code": "010100", "name": "示范市", "name_en": "Demo City"},
]
BODY = {"id": DEPARTMENT, "division": "010100", "name": "示范局", "name_en": "Demo Bureau"}
TOLD = {
    "client_id": "portal-a",
    "starts_at": datetime.fromtimestamp(clock.now(), SHANGHAI).isoformat(),
    "ends_at": datetime.fromtimestamp(clock.now() + 30 * 86400, SHANGHAI).isoformat(),
    "text": "今晚维护",
    "text_en": "Maintenance tonight",
}
RULES = {"min_level": 2, "max_age": 3600, "legal_level": 3, "offline_access": False}


def keys() -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"}, private=False)
    return {"keys": [key.as_dict(private=False)]}


def full() -> str:
    return file(
        divisions=PLACES,
        departments=[BODY],
        software_issuers=[{"issuer": "https://issuer.example", "jwks": keys()}],
        clients=[entry(division="010100", department=DEPARTMENT), entry(client_id="b", sector="b.example")],
        announcements=[TOLD],
        policies=[{"kind": "rules", "division": "010100", "document": RULES}],
    )


def test_one_file_brings_everything_into_force_and_is_on_record() -> None:
    applied = apply(full())
    assert [change.action for change in applied.changes] == ["added"] * 8
    assert applied.without_secret == ("portal-a", "b")
    place = divisions.department(DEPARTMENT)
    portal = clients.find("portal-a")
    assert place
    assert portal
    assert (place.division, portal.department) == ("010100", DEPARTMENT)
    assert [one.text for one in announcements.of_client("portal-a")] == ["今晚维护"]
    assert registrations.software_keys("https://issuer.example")
    assert policies.current().at("010100").rules.min_level == 2
    (event,) = events("configuration.apply")
    detail = json.loads(event.detail)
    assert detail["count"] == 8
    assert "clients.added=2" in detail["changes"]
    assert applied.digest == configuration.read(WHOLE).digest
    told = {one.kind for one in events()}
    assert {"division.import", "department.change", "client.apply", "announcement.change"} <= told
    assert {"software_issuer.change", "policy.change"} <= told


def test_what_was_exported_changes_nothing_and_writes_nothing() -> None:
    apply(full())
    for as_json in (False, True):
        text = exported(json=as_json)
        before = len(events())
        with nothing_changed():
            applied = apply(text)
            assert service.compare(text, actor=machine(), prune=True).changes == ()
        assert (applied.changes, applied.written) == ((), False)
        assert len(events()) == before
        assert applied.digest == configuration.read(WHOLE).digest


def test_secrets_stay_as_they_are_and_are_in_no_file() -> None:
    secret = register(entry())["portal-a"]
    text = exported()
    assert secret not in text
    assert "secrets" not in "".join(line for line in text.splitlines() if not line.startswith("#"))
    apply(text.replace("示范门户", "新门户"))
    found = clients.find("portal-a")
    assert found
    assert found.name == "新门户"
    assert found.secret_matches(secret)


def test_a_new_portal_has_no_secret_before_somebody_makes_one() -> None:
    apply(full())
    found = clients.find("portal-a")
    assert found
    assert found.secrets == ()
    made = registry.rotate_secret("portal-a", overlap=0, operator="test").reveal()
    found = clients.find("portal-a")
    assert found
    assert found.secret_matches(made)


def test_a_suspended_portal_comes_suspended_and_a_file_lets_none_in_again() -> None:
    apply(full())
    registry.disable("portal-a", operator="test")
    text = exported()
    assert "suspended: true" in text
    for changed in (text.replace("    suspended: true\n", ""), text):
        assert apply(changed).changes == ()
        found = clients.find("portal-a")
        assert found
        assert not found.enabled
    apply(file(clients=[entry(client_id="c", sector="c.example") | {"suspended": True}]))
    found = clients.find("c")
    assert found
    assert not found.enabled


def test_what_a_file_leaves_out_stays_unless_it_is_pruned() -> None:
    apply(full())
    less = file(clients=[entry(division="010100", department=DEPARTMENT)], announcements=[], policies=[])
    assert apply(less).changes == ()
    applied = apply(less, prune=True)
    assert [(one.section, one.name, one.action) for one in applied.changes] == [
        ("clients", "b", "removed"),
        ("announcements", "portal-a", "removed"),
        ("policies", "rules 010100", "removed"),
    ]
    assert clients.find("b") is None
    assert announcements.of_client("portal-a") == ()
    assert policies.current().at("010100").rules.min_level == 1
    assert registrations.software_keys("https://issuer.example"), "a section that is not there is left alone"
    assert divisions.find("010100")
    assert apply(exported(), prune=True).changes == ()
    assert any("was given to a client before" in one for one in faults(file(clients=[entry(client_id="b")])))


def test_pruning_ends_where_the_file_does() -> None:
    grow_tree()
    apply(file(clients=[entry(division=CITY), entry(client_id="far", sector="f", division=OTHER_PROVINCE)]))
    apply(file(PROVINCE, clients=[]), prune=True)
    assert clients.find("portal-a") is None
    assert clients.find("far")


def test_one_mistake_anywhere_and_nothing_is_written() -> None:
    apply(full())
    wrong = exported().replace("今晚维护", "访问 http://evil.example").replace("示范市", "新市")
    with nothing_changed():
        (fault,) = faults(wrong)
    assert "announcements[0].text" in fault
    row = next(n for n, line in enumerate(wrong.splitlines(), 1) if "evil" in line)
    assert fault.startswith(f"line {row}: ")


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise Rejected("announcement.many")

    monkeypatch.setattr("idp.announcements.service.put", failing)
    with nothing_changed(), pytest.raises(Rejected):
        apply(full())
    assert events() == []


def test_every_mistake_is_told_by_its_line_up_to_fifty() -> None:
    text = file(
        divisions=[
            {"code": "1", "name": "", "name_en": "x"}, {"code": "030100", "name": "x", "name_en": "y"},
        ],
        departments=[{"id": "x", "division": "010000", "name": "a", "name_en": "b", "active": "no"}],
        clients=[entry(name="<b>", redirect_uris=["https://good.example/*"]), {"name": "x"}, "x",
                 entry(client_id="two", colour="red", name_en="<i>")],
        announcements=[TOLD | {"ends_at": "soon"}],
        policies=[{"kind": "rules", "division": NATION, "document": RULES | {"min_level": 9}},
                  {"kind": "laws", "division": NATION, "document": {}}],
        software_issuers=[{"issuer": "i", "jwks": {"keys": [{"kty": "oct", "k": "AA"}]}}],
    )  # fmt: skip
    told = faults(text)
    rows = text.splitlines()
    for place, part in (
        ("divisions[0].code", "'1'"), ("divisions[1].code", "030100"), ("departments[0].active", "no"),
        ("clients[0].name", "<b>"), ("clients[0].redirect_uris[0]", "*"), ("clients[1]", "name"),
        ("clients[2]", "x"), ("clients[3].colour", "red"), ("clients[3].name_en", "<i>"),
        ("announcements[0].ends_at", "soon"),
        ("policies[0].document.min_level", "9"), ("policies[1].kind", "laws"),
        ("software_issuers[0]", "issuer"),
    ):  # fmt: skip
        (found,) = (one for one in told if f": {place}: " in one)
        row = rows[int(found.split(":")[0].removeprefix("line ")) - 1]
        assert part.strip("'") in row, (found, row)
    many = file(clients=[entry(client_id=f"c-{n}", name="<") for n in range(80)])
    with pytest.raises(configuration.Refused) as refused:
        apply(many)
    assert (len(refused.value.faults), refused.value.total) == (50, 80)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: is empty"),
        ("- 1\n", "line 1: must begin with the key configuration"),
        ("configuration: 2\nwithin: '000000'\n", "line 1: configuration: must be 1"),
        ("configuration: true\nwithin: '000000'\n", "line 1: configuration: must be 1"),
        ("configuration: 1\n", "within: must be the code"),
        ("configuration: 1\nwithin: 0\n", "line 2: within: must be the code"),
        ("configuration: 1\nwithin: '000000'\nkeys: []\n", "line 3: keys: is not a known section"),
        ("configuration: 1\nwithin: '000000'\nclients: {}\n", "line 3: clients: must be a list"),
        ("configuration: 1\nwithin: '000000'\nclients: [&a x, *a]\n", "line 3: anchors are not supported"),
        ("configuration: 1\nconfiguration: 1\n", "line 2: the key configuration is given twice"),
        ('{"configuration": 1,\n"within": "000000",\n"clients": [1]}', "line 3: clients[0]: must be keys"),
        ("configuration: 1\nwithin: '999999'\n", ""),
        ("configuration: 1\nwithin: '12'\n", "line 2: within: is not there"),
        ("configuration: 1\nwithin: ''\n", "line 2: within: is not there"),
        ("configuration: 1\nwithin: '000000'\nclients:\n- client_id: [1]\n", "line 4: clients[0]"),
        ("configuration: 1\nwithin: '000000'\npolicies:\n- {kind: x}\n", "line 4: policies[0]"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, told: str) -> None:
    with nothing_changed():
        found = faults(text)
    assert any(told in one for one in found) if told else not found, found


def test_a_state_that_was_not_seen_is_not_overwritten() -> None:
    apply(full())
    seen = configuration.read(WHOLE).digest
    registry.disable("b", operator="somebody else")
    with nothing_changed(), pytest.raises(Rejected) as refused:
        apply(file(clients=[entry(name="新门户")]), expected=seen)
    assert refused.value.status == 412
    apply(file(clients=[entry(name="新门户")]), expected=configuration.read(WHOLE).digest)


def test_what_changes_between_judgement_and_lock_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    apply(full())
    judge, turns = service.plans.judge, []

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        plan = judge(*args, **kwargs)
        turns.append(1)
        if len(turns) == 1:
            registry.disable("b", operator="somebody else")
        return plan

    monkeypatch.setattr(service.plans, "judge", interrupted)
    apply(exported().replace("示范门户", "新门户"))
    assert len(turns) == 2
    found = clients.find("b")
    assert found
    assert not found.enabled


def test_each_section_needs_its_own_permission() -> None:
    apply(full())
    for part, permission in (
        (("name: 示范市\n", "name: 新市\n"), "admin:divisions:write"),
        (("示范局", "新局"), "admin:divisions:write"),
        (("示范门户", "新门户", 1), "admin:clients:write"),
        (("今晚维护", "明晚维护"), "admin:announcements:write"),
        (("min_level: 2", "min_level: 3"), "admin:policies:write"),
    ):
        text = exported().replace(*part)
        others = officer().permissions
        with nothing_changed(), pytest.raises(Rejected) as refused:
            apply(text, officer(*(others - {permission})))
        assert (refused.value.status, refused.value.why) == (403, permission)
        assert len(service.compare(text, actor=officer(*others)).changes) == 1


def test_of_a_department_no_more_than_its_own_portals() -> None:
    grow_tree()
    own = department()
    apply(file(clients=[entry(division=CITY, department=own), entry(client_id="b", sector="b")]))
    by = officer(division=CITY, department=own)
    text = exported(CITY, own)
    assert "client_id: portal-a" in text
    assert "client_id: b\n" not in text
    assert "divisions:" not in text
    apply(text.replace("示范门户", "新门户"), by)
    for wrong in (
        exported(),
        exported(CITY),
        re.sub(r"\n    department: .*", "", text),
        text + "divisions:\n  - {code: '010100', name: x, name_en: y}\n",
        text + "policies:\n  - {kind: rules, division: '010100', document: {}}\n",
    ):
        with nothing_changed(), pytest.raises(configuration.Refused) as refused:
            apply(wrong, by)
        assert refused.value.status == 404
    assert service.compare(text.replace("示范局", "新局"), actor=by).changes[0].section == "departments"


def test_a_portal_that_two_officers_approved_changes_by_an_application_alone() -> None:
    grow_tree()
    applying.in_force()
    text = exported()
    assert apply(text).changes == ()
    with nothing_changed():
        (fault,) = faults(text.replace("https://good.example/cb", "https://good.example/other"))
        assert "apply for the change" in fault
        (fault,) = faults(file(clients=[]), prune=True)
        assert "apply for the change" in fault


def test_reading_a_damaged_registration_says_which() -> None:
    apply(full())
    from sqlalchemy import text

    from idp.store import db

    with db.writing_engine().begin() as connection:
        connection.execute(text("UPDATE client SET document = 'x' WHERE client_id = 'b'"))
    with pytest.raises(Rejected, match=r"configuration\.damaged"):
        configuration.read(Reach(division=NATION))

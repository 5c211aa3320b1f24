"""The dashboard and the health page: of one's own reach, in figures as well as in charts."""

import re

import pytest
from flask import Flask

from idp import audit, rounds, worker
from idp.audit import jobs as audit_jobs
from idp.base.errors import Unavailable
from idp.statistics import jobs
from tests.actors import portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, PROVINCE, Officer, department, grow_tree

pytestmark = pytest.mark.usefixtures("stores")


def counted() -> None:
    audit_jobs.ship()
    jobs.count_record()


def shown(page: str, name: str) -> str:
    found = re.search(rf'id="{name}">([^<]*)<', page)
    assert found
    return found[1]


def test_each_officer_sees_the_figures_of_the_own_reach(app: Flask) -> None:
    grow_tree()
    bureau = department()
    portal("bureau", division=CITY, department=bureau, name="城市门户")
    portal("other", division=OTHER_CITY, name="邻市门户")
    for client, times in (("bureau", 3), ("other", 2)):
        for _ in range(times):
            audit.record("login.success", client=client, level=2, seconds=20)
    audit.record("login.failure", client="bureau", outcome="failed", cause="wrong password")
    counted()
    for place, body, success, rate in (
        (PROVINCE, "", "5", "83.3%"),
        (CITY, "", "3", "75.0%"),
        (CITY, bureau, "3", "75.0%"),
        (OTHER_CITY, "", "2", "100.0%"),
    ):
        officer = Officer(app, "portal_officer", division=place, department=body)
        page = officer.get("/admin/statistics").text
        assert (shown(page, "success"), shown(page, "rate")) == (success, rate), place
        assert ("邻市门户" in page) == (place != CITY)
    city = Officer(app, "portal_officer", division=CITY)
    assert shown(city.get("/admin/statistics?client=bureau").text, "success") == "3"
    assert city.get("/admin/statistics?client=other").status_code == 404
    assert city.get("/admin/statistics?client=none").status_code == 404


def test_every_chart_has_its_figures_in_a_table(app: Flask) -> None:
    for _ in range(4):
        audit.record("login.success", level=1, seconds=5)
    audit.record("mfa.failure", outcome="failed")
    counted()
    officer = Officer(app, "audit_administrator")
    for span, periods in (("day", 24), ("week", 7), ("month", 30), ("x", 7)):
        page = officer.get(f"/admin/statistics?span={span}&lang=en").text
        assert page.count('<rect class="good"') == periods
        assert len(re.findall(r'<tr><th scope="row">\d+ [A-Z][a-z]+(?: \d\d:00)?</th>', page)) == periods
        assert "Wrong code" in page
        assert "<script" not in page
        assert " style=" not in page
    page = officer.get("/admin/statistics?lang=zh-Hans").text
    assert len(re.findall(r'<tr><th scope="row">\d+月\d+日</th>', page)) == 7
    assert "一级" in page
    assert ">l1<" not in page


def test_an_empty_dashboard_says_what_to_do(app: Flask) -> None:
    assert "确认后台进程正在运行" in Officer(app, "portal_officer").get("/admin/statistics").text


def test_health_shows_what_is_away_and_what_jobs_did(app: Flask, time_travel: MovableClock) -> None:
    officer = Officer(app, "system_administrator")
    page = officer.get("/admin/health").text
    assert page.count("正常</span>") == 4
    assert "idp worker" in page

    def away() -> None:
        raise Unavailable("database")

    def breaks() -> None:
        raise ValueError("010101198504123013")

    worker._round((audit_jobs.ship, away, breaks))
    page = officer.get("/admin/health").text
    assert "审计记录入库" in page
    assert page.count("失败</span>") == 2
    assert "database is unavailable" in page
    assert "ValueError" in page
    assert "010101198504123013" not in page
    time_travel.advance(600)
    officer.enter()
    assert "没有运行" in officer.get("/admin/health").text


def test_health_names_the_part_that_is_not_well(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = Officer(app, "security_administrator")
    monkeypatch.setitem(
        app.extensions,
        "idp.readiness",
        lambda: {"database": True, "redis": True, "record": False, "keys": True},
    )
    page = officer.get("/admin/health").text
    assert "审计暂存目录写不进去" in page
    assert page.count("异常") == 1


def test_health_is_of_the_whole_platform(app: Flask) -> None:
    officer = Officer(app, "system_administrator", division=PROVINCE)
    assert officer.get("/admin/health").status_code == 404
    assert 'href="/admin/health"' not in officer.get("/admin/").text


def test_a_job_that_goes_well_is_noted_now_and_then(time_travel: MovableClock) -> None:
    rounds._noted.clear()
    for _ in range(3):
        worker._round((audit_jobs.ship,))
    (first,) = rounds.known()
    assert (first.job, first.failed_at) == ("audit.ship", 0)
    time_travel.advance(60)
    worker._round((audit_jobs.ship,))
    (second,) = rounds.known()
    assert second.ran_at >= first.ran_at + 60


def test_every_job_has_a_name_that_people_read() -> None:
    from idp.admin.views import health

    assert {worker.name_of(job) for jobs_of_round in worker.ROUNDS for job in jobs_of_round} == set(
        health._JOBS
    )

"""The list of services: found by name, a page at a time, and only what is to be found."""

import re
from html import unescape

from clients import service as registry
from tests.actors import Person, portal
from tests.packages.account.conftest import Citizen


def listed(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<span class="portal-name">([^<]+)</span>', page)]


def services(*names: str) -> None:
    for number, name in enumerate(names):
        portal(f"service-{number}", name=name, home_uri=f"https://service-{number}.example.gov/")


def test_services_are_listed_by_name_with_the_body_behind_them(someone: Citizen) -> None:
    services("医保服务", "不动产登记", "税务服务")
    page = someone.page("services")
    assert listed(page) == sorted(["医保服务", "不动产登记", "税务服务"])
    assert "示范省税务局" in page
    assert "共3项服务" in page
    assert 'aria-current="page">办事服务' in page


def test_english_readers_get_english_names(someone: Citizen) -> None:
    portal("tax", home_uri="https://tax.example.gov/")
    assert listed(someone.browser.get("/account/services?lang=en").text) == ["Tax Services"]


def test_what_is_typed_is_looked_for_in_names_and_bodies_of_both_languages(someone: Citizen) -> None:
    portal("tax", home_uri="https://tax.example.gov/")
    portal("land", name="不动产登记", name_en="Land Register", organization="自然资源厅",
           organization_en="Natural Resources", home_uri="https://land.example.gov/")  # fmt: skip
    for typed, found in (
        ("税务", "税务服务门户"),
        ("LAND", "不动产登记"),
        ("资源", "不动产登记"),
        ("natural", "不动产登记"),
    ):
        assert listed(someone.page(f"services?q={typed}")) == [found]
    page = someone.page("services?q=<script>alert(1)</script>")
    assert listed(page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "没有找到名称含有" in page


def test_a_long_list_has_pages(someone: Citizen) -> None:
    services(*(f"服务{number:02}" for number in range(65)))
    first, second, last = (
        someone.page("services"),
        someone.page("services?page=2"),
        someone.page("services?page=3"),
    )
    assert [len(listed(page)) for page in (first, second, last)] == [30, 30, 5]
    assert 'id="earlier"' not in first
    assert 'href="/account/services?page=3"' in second
    assert 'id="later"' not in last
    assert listed(someone.page("services?page=999")) == listed(last)
    for odd in ("0", "-1", "x", "9" * 50, "٣"):
        assert listed(someone.page(f"services?page={odd}")) == listed(first)
    found = someone.page("services?q=服务1&page=1")
    assert len(listed(found)) == 10


def test_a_search_keeps_its_words_on_the_next_page(someone: Citizen) -> None:
    services(*(f"服务{number:02}" for number in range(40)))
    assert 'href="/account/services?page=2&amp;q=%E6%9C%8D%E5%8A%A1"' in someone.page("services?q=服务")


def test_what_is_not_to_be_found_is_not_listed(someone: Citizen) -> None:
    portal("unlisted", home_uri="https://unlisted.example.gov/", listed=False)
    portal("homeless")
    portal("disabled", home_uri="https://disabled.example.gov/")
    registry.disable("disabled", operator="tester")
    page = someone.page("services")
    assert listed(page) == []
    assert "还没有接入" in page
    assert "unlisted" not in someone.browser.get("/").text


def test_a_service_entered_in_this_login_is_marked(me: Person) -> None:
    tax = portal("tax", home_uri="https://tax.example.gov/")
    assert "本次已进入" not in me.get("/account/services").text
    me.tokens(tax)
    assert "本次已进入" in me.get("/account/services").text


def test_the_home_page_shows_the_first_and_where_to_find_the_others(someone: Citizen) -> None:
    services(*(f"服务{number:02}" for number in range(31)))
    page = someone.browser.get("/").text
    assert len(listed(page)) == 30
    assert 'href="/account/services">查找更多网站' in page

"""The development inbox: for whoever sits at this machine, and in development alone."""

import pytest
from flask import Flask

from idp import notify
from idp.base import trace
from idp.demo import views
from tests import webface


def test_the_server_of_a_test_or_a_production_site_has_no_such_page(app: Flask) -> None:
    assert views.PATH not in {rule.rule for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("203.0.113.9", 404)])
def test_only_this_machine_sees_it(stores: None, address: str, status: int) -> None:
    with trace.request_context("request", address):
        assert webface.face(views.blueprint).test_client().get(views.PATH).status_code == status


def test_messages_are_shown_newest_first_with_masked_numbers(stores: None) -> None:
    notify.send("sms", "14000000001", "第一条")
    notify.send("sms", "14000000001", "第二条 <b>")
    with trace.request_context("request", "127.0.0.1"):
        page = webface.face(views.blueprint).test_client().get(views.PATH).text
    assert page.index("第二条 &lt;b&gt;") < page.index("第一条")
    assert "14000000001" not in page

"""A web face with a few pages that go wrong on purpose."""

import pytest
from flask import Blueprint, Response
from flask.testing import FlaskClient

from idp import pages
from idp.base.errors import Rejected, Unavailable
from tests.webface import face


def broken_pages() -> Blueprint:
    """Pages that fail in each way a page can."""
    trial = Blueprint("trial", __name__)

    @trial.get("/trial/defect")
    def defect() -> Response:
        raise RuntimeError("SELECT secret FROM /var/lib/idp")

    @trial.get("/trial/busy")
    def busy() -> Response:
        raise Unavailable("redis at 10.0.0.7")

    @trial.get("/trial/rejected")
    def rejected() -> Response:
        raise Rejected("APP-002", why="the reason is ours alone", status=403)

    @trial.get("/trial/limited")
    def limited() -> Response:
        return pages.refuse("AUTH-005", 429, retry_after=17)

    @trial.get("/trial/status/<int:status>")
    def status(status: int) -> Response:
        return pages.refuse("http", status)

    @trial.post("/trial/form/sent/now")
    @trial.post("/trial/change")
    def change() -> Response:
        return Response("changed", mimetype="text/plain")

    @trial.get("/trial/form")
    def form() -> Response:
        pages.allow_forms_to("https://portal.example:8443/cb?x=1", "cn.gov.demo:/cb", "https://e;vil'/")
        return pages.render("pages/error.html", title="t", text=pages.browser(), code="c", reference="r")

    return trial


@pytest.fixture
def browser(stores: None) -> FlaskClient:
    """A browser at the web face."""
    return face(broken_pages()).test_client()

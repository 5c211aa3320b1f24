"""create_app(): settings, stores, keys, pages, the gate: the only file that knows every package."""

from collections.abc import Iterable

from flask import Flask, Response, g, request
from sqlalchemy import inspect

import clients.applications.models
import clients.models
import clients.teams.models
import idp.announcements.models
import idp.approvals.models
import idp.audit.models
import idp.authenticators.models
import idp.consent.models
import idp.divisions.models
import idp.login.models
import idp.logout.models
import idp.organizations.models
import idp.persons.models
import idp.policies.models
import idp.staff.models
import idp.statistics.models
import idp.tokens.models  # noqa: F401  (importing the models names their tables)
from clients import client_keys
from idp import audit, keyring, metrics, pages, persons, policies, readiness, settings, staff
from idp.account import views as account
from idp.admin import views as admin
from idp.admin.api import app as api
from idp.approvals import views as approvals
from idp.base.errors import Unavailable
from idp.base.secret import same
from idp.consent import views as consent
from idp.demo import views as demo
from idp.developers import views as developers
from idp.gate import Gate, StartResponse, Wsgi, health
from idp.keyring import usage
from idp.login import views as login
from idp.logout import views as logout
from idp.oidc import answers, mtls
from idp.oidc.answers import Page
from idp.oidc.request import Answer, Environ, Request
from idp.settings import Settings
from idp.store import db, disk, once, redis

#: The web face, beside what every page shares.
BLUEPRINTS = (
    login.blueprint,
    consent.blueprint,
    approvals.blueprint,
    logout.blueprint,
    account.blueprint,
    admin.blueprint,
    developers.blueprint,
)

_LOOPBACK = ("127.0.0.1", "::1")


def open_stores(conf: Settings) -> Flask:
    """Settings, stores and keys of this process: what commands and the worker need."""
    settings.use(conf)
    conf.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask("idp", static_folder=None)
    db.init_app(app, conf.sql_url, conf.database_pool)
    redis.open(conf.cache_url)
    keyring.open(conf.keys_dir, create=not _holds_people())
    audit.place_by(clients.region)
    audit.stand_by(_stands)
    return app


def _stands(subject: str) -> tuple[str, str]:
    """Where an operator or a portal of an alarm stands: a program under its client's id, or staff."""
    found = clients.find(subject.removeprefix("client:")) or staff.find(subject)
    return (found.division, found.department) if found else ("", "")


def _holds_people() -> bool:
    """Whether the database holds anybody: then lost keys are lost, and none may take their place (R40)."""
    try:
        with db.reading() as connection:
            return inspect(connection).has_table("person") and bool(
                connection.exec_driver_sql("SELECT 1 FROM person LIMIT 1").first()
            )
    except Unavailable:
        return True


def create_app(configured: Settings | None = None) -> Flask:
    """The whole server: the web face in Flask, the gate with the protocol face in front of it."""
    conf = configured or settings.current()
    app = open_stores(conf)
    mtls.load()
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.before_request(_refuse_for_the_gate)
    pages.init_app(app)
    app.extensions["idp.readiness"] = readiness.state
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if conf.environment == "development":
        app.register_blueprint(demo.blueprint)
    web = beside(app.wsgi_app, api.create(readiness.state).wsgi_app)
    direct = health(readiness.state, readiness.waiting) | {"/metrics": _metrics}
    app.wsgi_app = Gate(web, conf, direct)  # type: ignore[method-assign]
    return app


def beside(pages_app: Wsgi, programs: Wsgi) -> Wsgi:
    """The console's interface for programs beside the pages: it has no cookie, no session, no form."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if str(environ.get("PATH_INFO", "")).startswith(api.PREFIX) and "idp.refusal" not in environ:
            return programs(environ, start_response)
        return pages_app(environ, start_response)

    return answer


def _refuse_for_the_gate() -> Response | None:
    """A refusal of the protocol face that a person must read."""
    refusal = request.environ.get("idp.refusal")
    if not isinstance(refusal, Page):
        return None
    g.login_session = None
    return pages.refuse(refusal.code, refusal.status)


def _metrics(http: Request) -> Answer:
    """The numbers, for whoever holds the token, or sits on this machine when there is none."""
    token = settings.current().metrics_token.get_secret_value()
    # A proxy on this machine brings everybody to us from loopback; what it forwards is not from here.
    here = http.address in _LOOPBACK and not http.header("X-Forwarded-For") and not http.header("Forwarded")
    known = same(http.header("Authorization"), f"Bearer {token}") if token else here
    if not known:
        return answers.error("not_found", "", 404)
    return Answer(200, (("Content-Type", metrics.CONTENT_TYPE), *answers.NO_STORE), metrics.render())


def forget_caches() -> None:
    """Drop what this process remembers of its stores; the next look reads them again."""
    persons.forget()
    clients.forget()
    policies.forget()
    once.forget()
    disk.forget()
    client_keys.forget()
    usage.forget()

"""create_app(): settings, stores, packages: the only file that knows every package."""

from importlib.util import find_spec

from flask import Flask

from idp import settings
from idp.settings import Settings
from idp.store import db, redis


def create_app(configured: Settings | None = None) -> Flask:
    """Open the stores and wire the web face of this process."""
    conf = settings.use(configured or settings.current())
    conf.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask("idp")
    db.init_app(app, conf.sql_url, conf.database_pool)
    redis.open(conf.cache_url)
    if find_spec("idp.keyring"):
        from idp import keyring

        keyring.open(conf.keys_dir, create=True)
    for name in ("persons", "organizations", "authenticators", "audit", "consent"):
        if find_spec(f"idp.{name}") and find_spec(f"idp.{name}.models"):
            __import__(f"idp.{name}.models")
    if find_spec("clients.models"):
        __import__("clients.models")
    return app


def forget_caches() -> None:
    """Drop what this process remembers, for tests that empty the stores."""
    for package in ("idp.persons", "clients", "idp.organizations"):
        if find_spec(package):
            module = __import__(package, fromlist=["forget"])
            getattr(module, "forget", lambda: None)()

"""Group Q (secrets): what somebody holds who took a copy of a store, of the log or of what is served."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from flask import Flask
from werkzeug.test import Client

from idp import journal
from tests import serving
from tests.actors import ISSUER
from tests.interop.browserless import Browser, Stuck, visit
from tests.registrations import CALLBACK, entry
from tests.site import Site

TOKEN = "of-the-collector-0123456789"
TYPO = "correct horse battery stapel"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that logs all it can."""
    folder = tmp_path_factory.mktemp("leaks")
    portal = entry(
        grant_types=["authorization_code", "refresh_token"], scopes=["openid", "profile", "offline_access"]
    )
    with serving.running(
        folder, [portal], processes=1, hash_workers=1, log_level="DEBUG", metrics_token=TOKEN
    ) as served:
        yield Site(served, folder)


@pytest.fixture(scope="module")
def hidden(site: Site) -> dict[str, str]:
    """What one person's visits brought into being or sent, right and wrong: name → text."""
    person = site.served.people[0]
    browser = Browser()
    form = site.code(browser, "openid profile offline_access")
    tokens = json.loads(site.post("/token", form).body)
    renewed = json.loads(site.refresh(tokens["refresh_token"]).body)
    assert site.get("/userinfo", Authorization=f"Bearer {renewed['access_token']}").status == 200
    assert site.get("/userinfo", Authorization=f"Bearer {tokens['id_token']}").status == 401
    assert site.post("/revoke", {"token": tokens["access_token"]}).status == 200
    with pytest.raises(Stuck):
        visit(Browser(), site.request(), {**person, "password": TYPO}, CALLBACK)
    cookies = browser.cookie_header(f"{site.served.issuer}/")["Cookie"].split("; ")
    return {
        "ID number": person["identifier"],
        "password": person["password"],
        "mistyped password": TYPO,
        "code": form["code"],
        "verifier": form["code_verifier"],
        "client secret": site.served.secrets["portal-a"],
        **{name: tokens[name] for name in ("access_token", "refresh_token", "id_token")},
        **{f"next {name}": renewed[name] for name in ("access_token", "refresh_token")},
        **{f"cookie {one.partition('=')[0]}": one.partition("=")[2] for one in cookies},
    }


def found(hidden: dict[str, str], *texts: bytes) -> list[str]:
    """Which of what is hidden can be read there."""
    assert any(texts)
    return [name for name, value in hidden.items() if any(value.encode() in text for text in texts)]


def test_q03_q11_who_takes_the_database_or_its_backup_reads_nothing(
    site: Site, hidden: dict[str, str], tmp_path: Path
) -> None:
    (database,) = (site.folder / "var").glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as taken, closing(sqlite3.connect(tmp_path / "copy")) as copy:
        taken.backup(copy)
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (1,)
    files = (tmp_path / "copy", *database.parent.glob(f"{database.name}*"))
    texts = [path.read_bytes() for path in files]
    assert found(hidden, *texts) == []


def test_q04_who_takes_the_memory_store_reads_nothing(site: Site, hidden: dict[str, str]) -> None:
    store = redis.Redis(unix_socket_path=str(site.folder / "var" / "valkey.sock"))
    store.config_set("rdbcompression", "no")  # what is packed would not be found
    names: list[bytes] = list(store.scan_iter())
    assert len(names) > 3
    assert found(hidden, *names, *(store.dump(name) or b"" for name in names)) == []


def test_q05_who_reads_the_log_and_the_spool_of_the_record_reads_nothing(
    site: Site, hidden: dict[str, str]
) -> None:
    spool = [path.read_bytes() for path in (site.folder / "var" / "spool").rglob("*") if path.is_file()]
    assert found(hidden, site.served.log.read_bytes(), *spool) == []


def test_q06_a_defect_tells_the_log_where_and_nobody_what(
    app: Flask, stores: None, hidden: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    # Words among words look like any others: those nobody can find again.
    held = {name: value for name, value in hidden.items() if not name.endswith("password")}

    def defect(*_: object, **__: object) -> None:
        told = f"nobody expected {' '.join(held.values())}"
        raise RuntimeError(told)

    journal.configure("DEBUG", json=True)
    with pytest.MonkeyPatch.context() as broken:
        broken.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        broken.setattr("clients.listed", defect)
        broken.setattr("idp.oidc.endpoints.metadata.public", defect)
        http, discovery = Client(app), "/.well-known/openid-configuration"
        answers = [http.get(path, base_url=ISSUER) for path in ("/", discovery)]
    journal.configure("WARNING", json=True)
    assert [answer.status_code for answer in answers] == [500, 500]
    log = capsys.readouterr().err
    assert "in defect" in log
    assert found(held, log.encode(), *(answer.data for answer in answers)) == []
    assert not any(b"Traceback" in answer.data or b".py" in answer.data for answer in answers)


@pytest.mark.parametrize("path", [
    "/.git/config", "/.env", "/wsgi.py", "/setup.cfg", "/keys/keyring.json", "/keys/", "/var/idp.sqlite3",
    "/migrations/versions/", "/backup", "/dump.rdb", "/static/..%2fapp.py", "/static/../app.py",
    "/static/%2e%2e/app.py", "/static/..%5capp.py", "/static//etc/passwd", "/static/style.css/..%2fapp.py",
    "/openapi.json", "/debug", "/console", "/server-status",
])  # fmt: skip
def test_q07_what_is_not_for_everybody_is_not_served(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status in (400, 404), answer
    assert b"import" not in answer.body


def test_q10_probes_say_little_and_figures_need_their_token(site: Site, hidden: dict[str, str]) -> None:
    live, ready = site.get("/livez"), site.get("/readyz")
    assert (live.status, ready.status) == (200, 200)
    assert set(json.loads(ready.body)) == {"database", "redis", "record", "keys", "waiting"}
    for wrong in ("", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper()):
        assert site.get("/metrics", Authorization=f"Bearer {wrong}").status in (401, 404)
    assert site.get("/metrics").status in (401, 404)
    figures = site.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert figures.status == 200
    assert found(hidden, live.body, ready.body, figures.body) == []

"""Configurations to copy: for each framework the files that make a working login of a new client.

The texts stand in ``templates/developers/kits``. Secrets stand in ``.env`` alone, never in a program.
"""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from clients import Client
from clients.teams.sandbox import Proof
from idp.pages import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """One framework: the name of its files, and the callback its programs usually have."""

    name: str
    label: str
    callback: str
    files: tuple[tuple[str, str], ...]
    """Name of the file, and its template."""
    install: str
    start: str
    proof: Proof = "secret"
    note: str = ""


ENV = (".env", "env")

KITS: tuple[Kit, ...] = (
    Kit(
        name="flask",
        label="Flask (Authlib)",
        callback="http://127.0.0.1:5000/callback",
        files=(ENV, ("app.py", "flask")),
        install="pip install flask authlib joserfc requests python-dotenv",
        start="python app.py",
    ),
    Kit(
        name="spring",
        label="Spring Boot",
        callback="http://localhost:8080/login/oauth2/code/platform",
        files=(ENV, ("application.yaml", "spring_yaml"), ("SecurityConfig.java", "spring_java")),
        install="org.springframework.boot:spring-boot-starter-oauth2-client",
        start="./mvnw spring-boot:run",
    ),
    Kit(
        name="node",
        label="Node.js (openid-client)",
        callback="http://localhost:3000/callback",
        files=(ENV, ("app.mjs", "node")),
        install="npm install openid-client@6",
        start="node --env-file=.env app.mjs",
    ),
    Kit(
        name="miniprogram",
        label=mark("微信小程序"),
        callback="http://127.0.0.1:5000/callback",
        files=(ENV, ("app.py", "flask"), ("pages/login/login.wxml", "wxml"), ("app.json", "wxjson")),
        install="pip install flask authlib joserfc requests python-dotenv",
        start="python app.py",
        note=mark(
            "小程序用web-view打开您自己服务器的登录页，由服务器完成登录；密钥只保存在服务器上，"
            "不要写进小程序。上线前请在小程序后台登记业务域名。"
        ),
    ),
)
BY_NAME = {kit.name: kit for kit in KITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the program listens, read from its callback."""

    host: str
    port: int
    path: str


def by_key(client: Client) -> bool:
    """Whether the program proves a key of its own instead of a secret."""
    return client.token_endpoint_auth_method == "private_key_jwt"


def place(client: Client) -> Place:
    """Host, port and path of the first redirect URI."""
    parts = urlsplit(client.redirect_uris[0])
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Place(host=parts.hostname or "", port=port, path=parts.path or "/")


def home(client: Client) -> str:
    """The program's first page: at the host of its callback, for a session of another host is another's."""
    return urljoin(client.redirect_uris[0], "/")

"""The operations that are measured; each yields requests, is sent answers, and refuses a wrong one."""

from collections.abc import Callable
from dataclasses import dataclass

from joserfc.jwk import KeySet

from tests.bench import fapi
from tests.bench.user import Flow, Intent, User, check, code_of, json_of, keep_tokens
from tests.interop.browserless import Browser
from tests.wire import Request


def discovery(user: User) -> Flow:
    """GET of the discovery document."""
    answer = yield Request(url=user.target.issuer + "/.well-known/openid-configuration")
    if not user.metadata:
        user.metadata = json_of(answer)
        check(user.metadata["issuer"] == user.target.issuer, "another issuer", answer)
    check(user.bytes_seen.setdefault("discovery", answer.body) == answer.body, "changed", answer)


def jwks(user: User) -> Flow:
    """GET of the published keys."""
    answer = yield Request(url=user.metadata["jwks_uri"])
    if user.keys is None:
        user.keys = KeySet.import_key_set(json_of(answer))  # type: ignore[arg-type]
    check(user.bytes_seen.setdefault("jwks", answer.body) == answer.body, "changed", answer)


def login(user: User) -> Flow:
    """A stranger's browser: from the portal's redirect over the login pages back to it with a code."""
    intent = Intent()
    browser = Browser()
    address = yield from browser.walk(intent.address(user), user.fill, user.target.redirect_uri)
    code_of(user, intent, address)
    user.browser = browser


def reentry(user: User) -> Flow:
    """Single sign-on: a live session, a redirect with a code, ID, access and refresh token."""
    intent = Intent()
    request = user.browser.open(intent.address(user))
    answer = yield request
    check(answer.status in (302, 303), "not a redirect", answer)
    user.browser.keep_cookies(request.url, answer)
    code = code_of(user, intent, answer.header("location"))
    answer = yield user.post(
        "token_endpoint",
        grant_type="authorization_code",
        code=code,
        redirect_uri=user.target.redirect_uri,
        code_verifier=intent.verifier,
    )
    keep_tokens(user, answer, intent.nonce)


def refresh(user: User) -> Flow:
    """The portal renews its tokens; the refresh token rotates (RFC 9700 §4.14.2)."""
    answer = yield user.post("token_endpoint", grant_type="refresh_token", refresh_token=user.refresh_token)
    keep_tokens(user, answer, None)


def client_credentials(user: User) -> Flow:
    """A portal's own token (RFC 6749 §4.4)."""
    answer = yield user.post("token_endpoint", grant_type="client_credentials")
    tokens = json_of(answer)
    check(tokens["access_token"] and tokens["token_type"].lower() == "bearer", "not a bearer token", answer)
    check("refresh_token" not in tokens, "a refresh token for a machine", answer)


def userinfo(user: User) -> Flow:
    """The person's claims (OIDC Core §5.3)."""
    headers = {"Authorization": f"Bearer {user.access_token}"}
    answer = yield Request(url=user.metadata["userinfo_endpoint"], headers=headers)
    check(json_of(answer)["sub"] == user.subject, "another person", answer)


def introspection(user: User) -> Flow:
    """Is this access token still good (RFC 7662)."""
    answer = yield user.post("introspection_endpoint", token=user.access_token)
    found = json_of(answer)
    check(found["active"] is True, "not active", answer)
    check(
        found["client_id"] == user.target.client_id and found["sub"] == user.subject, "another token", answer
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is repeated under load, and what has to be there before."""

    name: str
    title: str
    run: Callable[[User], Flow]
    before: Callable[[User], Flow] | None = None


OPERATIONS = (
    Operation(name="discovery", title="discovery", run=discovery),
    Operation(name="jwks", title="JWKS", run=jwks),
    Operation(name="client_credentials", title="client credentials", run=client_credentials),
    Operation(name="reentry", title="single sign-on re-entry", run=reentry),
    Operation(
        name="fapi", title="re-entry by PAR, DPoP, private_key_jwt", run=fapi.reentry, before=fapi.entry
    ),
    Operation(name="refresh", title="refresh", run=refresh, before=reentry),
    Operation(name="userinfo", title="UserInfo", run=userinfo, before=reentry),
    Operation(name="introspection", title="introspection", run=introspection, before=reentry),
    Operation(name="login", title="password login", run=login),
)

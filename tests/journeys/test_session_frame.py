"""Scripts of our own in a real browser: the session frame, and the page that tells portals in frames."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from idp.sessions import browser_state
from tests.actors import ISSUER, Person, Portal, portal, query
from tests.journeys import accessibility

RP = "http://127.0.0.1:8091"
_PAGE = """<!doctype html><title>portal</title><p id="answer"></p>
<iframe id="op" name="op" src="%s"></iframe><script>
addEventListener("message", (event) => { document.getElementById("answer").textContent = event.data; });
</script>"""

_ASKING = """<!doctype html><title>asking</title><script>
heard = []; addEventListener("message", (event) => heard.push(event.data));
</script>"""


@pytest.fixture
def tax(stores: None) -> Portal:
    """A portal whose pages are made up here, with everything it may register."""
    return portal(
        "tax",
        redirect_uris=(f"{RP}/cb",),
        post_logout_redirect_uris=(f"{RP}/bye",),
        frontchannel_logout_uri=f"{RP}/out",
    )


@pytest.fixture
def page(chromium: Browser, me: Person) -> Iterator[Page]:
    """A browser whose every request is answered here: the platform's by the server in this process."""
    context = chromium.new_context(locale="zh-CN")
    visited = context.new_page()

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" == ISSUER:
            path = url.path + (f"?{url.query}" if url.query else "")
            reply = me.get(path)
            route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.data)
        elif url.path == "/portal":
            route.fulfill(content_type="text/html", body=_PAGE % f"{ISSUER}/check_session")
        elif url.path == "/asking":
            route.fulfill(content_type="text/html", body=_ASKING)
        else:
            route.fulfill(content_type="text/html", body=f"<title>{url.path}</title>")

    context.route("**/*", answer)
    yield visited
    context.close()


def ask(page: Page, text: str) -> str:
    """What the frame answers to a portal's page."""
    page.evaluate('document.getElementById("answer").textContent = ""')
    page.evaluate(
        "([text, target]) => document.getElementById('op').contentWindow.postMessage(text, target)",
        [text, ISSUER],
    )
    page.wait_for_function('document.getElementById("answer").textContent')
    return page.inner_text("#answer")


def remember(page: Page, session_id: str) -> None:
    value = browser_state.of_session(session_id)
    page.context.add_cookies([{"name": "state", "value": value, "url": ISSUER}])


def test_the_frame_says_unchanged_until_the_login_is_another(page: Page, me: Person, tax: Portal) -> None:
    me.code_for(tax)
    state = query(me.authorize(tax).location)["session_state"]
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    assert cookie is not None
    remember(page, cookie.value.partition(".")[0])
    page.goto(f"{RP}/portal")
    assert ask(page, f"tax {state}") == "unchanged"
    assert ask(page, f"other {state}") == "changed"
    assert ask(page, "nonsense") == "error"
    page.context.clear_cookies()
    assert ask(page, f"tax {state}") == "changed"


def test_only_the_origin_of_the_page_around_it_is_answered(page: Page, me: Person, tax: Portal) -> None:
    """OIDC Session Management 1.0 §3.2: whoever asks is of the origin of the frame's own parent."""
    me.code_for(tax)
    asked = f"tax {query(me.authorize(tax).location)['session_state']}"
    page.goto(f"{RP}/portal")
    for origin, heard in ((RP, ["changed"]), ("http://127.0.0.1:8092", [])):
        with page.expect_event("framenavigated"):
            page.evaluate("(src) => document.body.append(Object.assign(document.createElement('iframe'), "
                          "{name: src, src}))", f"{origin}/asking")  # fmt: skip
        frame = page.frame(name=f"{origin}/asking")
        assert frame is not None
        frame.wait_for_function("window.heard")
        frame.evaluate("(text) => parent.frames.op.postMessage(text, '*')", asked)
        assert ask(page, asked) == "changed"
        if heard:
            frame.wait_for_function("heard.length")
        assert frame.evaluate("heard") == heard


def test_after_a_logout_the_frame_says_changed(page: Page, me: Person, tax: Portal) -> None:
    hint = me.tokens(tax)["id_token"]
    state = query(me.authorize(tax).location)["session_state"]
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    assert cookie is not None
    remember(page, cookie.value.partition(".")[0])
    page.goto(f"{RP}/portal")
    assert ask(page, f"tax {state}") == "unchanged"
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": f"{RP}/bye"}
    left = me.get(me.get("/end_session?" + urlencode(asked)).location)
    assert any(one.startswith("state=;") for one in left.headers.getlist("Set-Cookie"))
    page.context.clear_cookies()
    assert ask(page, f"tax {state}") == "changed"


def test_the_last_page_loads_the_frames_and_goes_on_by_itself(page: Page, me: Person, tax: Portal) -> None:
    hint = me.tokens(tax)["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": f"{RP}/bye", "state": "s1"}
    leaving = me.get("/end_session?" + urlencode(asked)).location
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(ISSUER + leaving)
    page.wait_for_url(f"{RP}/bye?state=s1")
    assert [url for url in loaded if re.match(f"{RP}/out[?]iss=.+&sid=", url)]


def test_without_scripts_the_last_page_is_accessible_and_has_a_way_on(
    chromium: Browser, me: Person, tax: Portal
) -> None:
    hint = me.tokens(tax)["id_token"]
    answer = me.get(me.get("/end_session?" + urlencode({"id_token_hint": hint})).location)
    context = chromium.new_context(locale="zh-CN")
    shown = context.new_page()
    shown.set_content(re.sub("<script>.*?</script>", "", answer.text, flags=re.DOTALL))
    accessibility.demand(shown)
    assert (shown.get_attribute("#continue", "href") or "").startswith("/logout/done/")
    context.close()

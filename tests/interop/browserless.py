"""A person's browser without a screen: cookies, redirects and forms, as plain HTTP.

``Browser.walk`` does no input or output itself: it yields what to send and is sent what came back, so that a
test drives it over one blocking connection and the benchmark over hundreds that do not block.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from tests.wire import Answer, Request, exchange

_MOST_STEPS = 20
_REDIRECTS = (301, 302, 303, 307, 308)


class Stuck(AssertionError):
    """A page that the person could not get past."""


Walk = Generator[Request, Answer, str]


@dataclass(slots=True, kw_only=True)
class Form:
    """A form of a page: its fields as they stand and its buttons."""

    identifier: str | None
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    """Every name a person may set: the values offered, or none for free text."""

    def accepts(self, name: str, value: str) -> bool:
        """Whether a person can answer ``name`` with ``value`` here."""
        values = self.offered.get(name)
        return values is not None and (not values or value in values)


class _Page(HTMLParser):
    """Collects forms, and the controls that name their form from elsewhere (HTML §4.10.18.3)."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._open = Form(
                identifier=values.get("id"),
                action=values.get("action", ""),
                method=values.get("method", "get").upper(),
            )
            self.forms.append(self._open)
        elif tag in ("input", "button", "select", "textarea", "option"):
            self._control(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _control(self, tag: str, values: dict[str, str]) -> None:
        owner = values.get("form")
        form = next((f for f in self.forms if f.identifier == owner), None) if owner else self._open
        name = self._select if tag == "option" else values.get("name", "")
        if form is None or not name or "disabled" in values:
            return
        kind = "submit" if tag == "button" else values.get("type", "text")
        value = values.get("value", "on" if kind in ("checkbox", "radio") else "")
        if tag == "select":
            self._select = name
            form.offered[name] = []
        elif tag == "option" or kind in ("checkbox", "radio", "submit"):
            form.offered.setdefault(name, []).append(value)
            if "checked" in values or "selected" in values:
                form.fields[name] = value
        else:
            form.fields[name] = value
            if kind != "hidden":
                form.offered[name] = []


def forms(html: str) -> list[Form]:
    """The forms of a page in their order."""
    page = _Page()
    page.feed(html)
    return page.forms


def _is_only_a_button(found: list[Form]) -> bool:
    """Whether the page asks no more than to go on."""
    return len(found) == 1 and not found[0].offered and found[0].method == "POST"


class Browser:
    """One person's browser; it knows no scripts and keeps cookies by origin, path and name."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], str] = {}

    def open(self, url: str) -> Request:
        """A page by its address."""
        return Request(url=url, headers={"Accept": "text/html"} | self.cookie_header(url))

    def cookie_header(self, url: str) -> dict[str, str]:
        """The cookies to send to an address (RFC 6265 §5.4), none when there is none."""
        parts = urlsplit(url)
        fitting = [
            f"{name}={value}"
            for (host, path, name), value in self._cookies.items()
            if host == parts.hostname and f"{parts.path}/".startswith(path.rstrip("/") + "/")
        ]
        return {"Cookie": "; ".join(fitting)} if fitting else {}

    def keep_cookies(self, url: str, answer: Answer) -> None:
        """Store and forget cookies as an answer asks (RFC 6265 §5.3)."""
        parts = urlsplit(url)
        for key, text in answer.headers:
            if key != "set-cookie":
                continue
            for name, cookie in SimpleCookie(text).items():
                path = cookie["path"] or parts.path.rsplit("/", 1)[0] or "/"
                place = (parts.hostname or "", path, name)
                if not cookie.value or cookie["max-age"] == "0" or "1970" in cookie["expires"]:
                    self._cookies.pop(place, None)
                else:
                    self._cookies[place] = cookie.value

    def walk(self, url: str, fill: Mapping[str, str], until: str) -> Walk:
        """Open an address, follow redirects, answer pages; returns the address that begins ``until``."""
        request = self.open(url)
        for _ in range(_MOST_STEPS):
            answer = yield request
            self.keep_cookies(request.url, answer)
            if answer.status in _REDIRECTS:
                target = urljoin(request.url, answer.header("location"))
                if target.startswith(until):
                    return target
                request = self.open(target)
            else:
                request = self.fill_in(request.url, answer, fill)
        raise Stuck(f"no end after {_MOST_STEPS} pages, the last one {request.url}")

    def fill_in(self, url: str, page: Answer, fill: Mapping[str, str]) -> Request:
        """Answer the form of a page that asks most of what ``fill`` knows."""
        found = forms(page.text) if page.status == 200 else []
        known = [{name: value for name, value in fill.items() if form.accepts(name, value)} for form in found]
        best = max(range(len(found)), key=lambda index: len(known[index]), default=None)
        if best is None or not (known[best] or _is_only_a_button(found)):
            raise Stuck(f"{page.status} at {url} asks nothing known: {page.text[:2000]}")
        form = found[best]
        target = urljoin(url, form.action) if form.action else url
        body = urlencode(form.fields | known[best])
        if form.method == "GET":
            return self.open(f"{target.split('?')[0]}?{body}")
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Referer": url}
        return Request(
            method="POST", url=target, headers=headers | self.cookie_header(target), body=body.encode()
        )


def visit(browser: Browser, url: str, fill: Mapping[str, str], until: str) -> str:
    """Take a whole walk over blocking connections; the address where it ended."""
    walk = browser.walk(url, fill, until)
    try:
        request = next(walk)
        while True:
            request = walk.send(exchange(request))
    except StopIteration as end:
        return str(end.value)

"""The answer to a request that is not even read: no body, but for whom a neighbour domain buried in cookies.

Cookies planted for the parent domain can make every head too long to be read (attack book O19). That
visitor did nothing wrong and sees only what we say here; the pages of the web face are out of reach, for
nothing was understood of the request. The cookies are not ours to clear.
"""

from idp.oidc.request import Answer

_PAGE = """<!DOCTYPE html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>浏览器发送的Cookie过多</title></head><body>
<h1>浏览器发送的Cookie过多</h1>
<p>请在浏览器设置中清除本网站及上级域名的Cookie，然后重新打开页面。</p>
<h2 lang="en">Your browser sends too many cookies</h2>
<p lang="en">Clear the cookies of this site and its parent domain in your browser's settings,
then open the page again.</p>
</body></html>
""".encode()
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)


def of(status: int) -> Answer:
    """What is answered instead of reading on."""
    return Answer(431, _HEADERS, _PAGE) if status == 431 else Answer(status, ())

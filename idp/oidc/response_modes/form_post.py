"""``response_mode=form_post`` (OAuth 2.0 Form Post Response Mode §2).

The page works without JavaScript by its button; the one script that presses it is allowed by its hash.
"""

import base64
import hashlib
from urllib.parse import urlsplit

from markupsafe import escape

from idp.oidc.answers import NO_STORE
from idp.oidc.request import Answer

_SCRIPT = "document.forms[0].submit()"
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_PAGE = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>正在返回 / Returning</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>正在返回应用 / Returning to the service</h1>
<form method="post" action="{action}">{fields}<button type="submit">继续 / Continue</button></form></main>
<script>{script}</script></body></html>"""


def form_post(redirect_uri: str, parameters: dict[str, str]) -> Answer:
    """A page that posts the parameters to the redirect URI and nowhere else."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in parameters.items()
    )
    target = urlsplit(redirect_uri)
    policy = (
        f"default-src 'none'; script-src 'sha256-{_HASH}'; form-action {target.scheme}://{target.netloc}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    page = _PAGE.format(action=escape(redirect_uri), fields=fields, script=_SCRIPT)
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        *NO_STORE,
    )
    return Answer(200, headers, page.encode())

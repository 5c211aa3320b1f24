"""The session frame of the OpenID Provider (OIDC Session Management 1.0 §3.2): bytes made once.

A portal's page frames it and posts ``client_id session_state``, itself or from a frame of its own origin; it
answers ``unchanged``, ``changed`` or ``error``, and whoever is of another origin than the page nothing. It
asks the server nothing.
"""

import base64
import hashlib
from functools import lru_cache

from idp import settings
from idp.oidc.request import Answer, Request

#: Whose page it stands in; where a browser does not tell, only that page itself is heard.
_SCRIPT = """
const origins = location.ancestorOrigins;
const framing = origins ? origins[0] : document.referrer && new URL(document.referrer).origin;
addEventListener("message", async (event) => {
  if (event.source !== parent && event.origin !== framing) return;
  const answer = (word) => event.source.postMessage(word, event.origin);
  const told = /^([^ ]{1,100}) ([\\w-]{43})[.]([\\w-]{1,64})$/.exec(event.data);
  if (!told) return answer("error");
  const cookie = document.cookie.split("; ").find((one) => one.startsWith("%s="));
  const state = cookie ? cookie.slice(cookie.indexOf("=") + 1) : "";
  const text = [told[1], event.origin, state, told[3]].join(" ");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hash = btoa(String.fromCharCode(...digest));
  const url = hash.replace(/[+]/g, "-").replace(/[/]/g, "_").replace("=", "");
  answer(url === told[2] ? "unchanged" : "changed");
});
"""
_PAGE = '<!doctype html><html lang="zh-Hans"><title>session</title><script>{script}</script></html>'


def get(http: Request) -> Answer:
    """The frame; everybody may frame it, and it does nothing but answer."""
    return Answer(200, *_frame(settings.current().cookie_name("state")))


@lru_cache(maxsize=2)
def _frame(cookie: str) -> tuple[tuple[tuple[str, str], ...], bytes]:
    script = _SCRIPT % cookie
    mark = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'"
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Cache-Control", f"public, max-age={settings.current().jwks_max_age}"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    )
    return headers, _PAGE.format(script=script).encode()

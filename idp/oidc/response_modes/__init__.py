"""How an authorization response travels back: the register (OAuth 2.0 Multiple Response Types §2.1).

Only the code flow is served, so its default mode is ``query``.
"""

from collections.abc import Callable

from idp.oidc.request import Answer
from idp.oidc.response_modes.form_post import form_post
from idp.oidc.response_modes.fragment import fragment
from idp.oidc.response_modes.query import query

Mode = Callable[[str, dict[str, str]], Answer]

REGISTER: dict[str, Mode] = {"query": query, "fragment": fragment, "form_post": form_post}

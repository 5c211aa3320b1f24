"""How an authorization response travels back: the register (OAuth 2.0 Multiple Response Types §2.1).

Each mode also exists signed, as ``<mode>.jwt`` (JARM §2.3). ``jwt`` alone is the signed form of the default:
of ``query`` here, for the code flow; what brings a token was given another mode by ``checks``.
"""

from collections.abc import Callable

from clients import Client
from idp.oidc.request import Answer
from idp.oidc.response_modes import jarm
from idp.oidc.response_modes.form_post import form_post
from idp.oidc.response_modes.fragment import fragment
from idp.oidc.response_modes.query import query

Mode = Callable[[str, dict[str, str]], Answer]

REGISTER: dict[str, Mode] = {"query": query, "fragment": fragment, "form_post": form_post}
_SIGNED = {"jwt": query, **{f"{name}.jwt": mode for name, mode in REGISTER.items()}}
SUPPORTED = (*REGISTER, *_SIGNED)


def send(client: Client, mode: str, redirect_uri: str, parameters: dict[str, str]) -> Answer:
    """The response to a client by a mode: its parameters, or one JWT that holds them."""
    plain = REGISTER.get(mode)
    if plain is not None:
        return plain(redirect_uri, parameters)
    return _SIGNED[mode](redirect_uri, {"response": jarm.response(client, parameters)})

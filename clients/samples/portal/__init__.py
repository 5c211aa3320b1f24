"""One sample portal: a Flask application that logs people in through OpenID Connect.

Owns: the code flow with PKCE, state and nonce; the checks of ID tokens and logout tokens; sessions on the
server's side; pages that show what the portal was told.
Not here: which portals there are (``tax.py`` and its sisters beside this folder).
"""

from .app import create_app
from .design import Design, Neighbour, Place, Service

__all__ = ["Design", "Neighbour", "Place", "Service", "create_app"]

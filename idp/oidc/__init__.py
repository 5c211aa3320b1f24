"""The OpenID Provider: parse, check, answer.

Owns: the protocol face (authorize, token, UserInfo, introspection, revocation, keys, metadata, logout's
front door), the law each request is judged by, the grants, client authentication and response modes.
Not here: pages (``idp.login``, ``idp.consent``), making tokens (``idp.tokens``), sessions (``idp.sessions``).
"""

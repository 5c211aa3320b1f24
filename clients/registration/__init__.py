"""Clients that register themselves: RFC 7591, RFC 7592, OIDC Dynamic Client Registration 1.0 (decision 0025).

Owns: initial access tokens and the policies they carry, registration access tokens, software statements and
whose are believed, the members of the standards in our words and back.
Not here: what a registration must fulfil (``clients.rules``, the same for all), the clients themselves
(``clients``), HTTP (``idp.oidc.endpoints.register``).
"""

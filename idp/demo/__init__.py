"""The demonstration: one command that brings up a server, three portals and people who can log in.

Owns: what ``idp demo`` prepares, starts, says and ends; the development inbox page.
Not here: the portals themselves (``clients/samples``), the cast (``idp.personas``), how the server is run
(``idp.serve``). Nothing of this runs in production.
"""

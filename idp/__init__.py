"""Unified identity authentication and single sign-on server for public services.

Owns: an OpenID Provider keyed on the citizen ID number and the unified social credit code.
Not here: relying parties (see the top-level package ``clients``).
"""

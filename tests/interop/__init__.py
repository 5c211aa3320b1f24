"""Relying parties that others wrote, run against this server: what they accept is what a portal will accept.

Owns: a browser without a screen (`browserless`), the scripts that drive node's clients, one test a client.
Not here: the rules of the specifications, one by one (`tests/spec`).
"""

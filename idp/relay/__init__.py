"""Streaming the audit record to collectors outside, in order and at least once.

Owns: syslog and webhook, their attempts and waits; what a collector has taken.
Not here: the record and where the cursors are kept (``idp.audit``), which addresses a webhook may have
(``idp.outbound``).
"""

"""Relying parties that run: three sample portals for the demonstration and for whoever joins a portal.

Owns: what a portal must do to let people log in here: code flow, checks, logout; pages that show it.
Not here: anything of the server. They import nothing of ``idp`` and nothing of the registry beside them, so
that a portal team can copy this folder and start; imports are relative for the same reason, and the
portals run as ``python -m samples.tax`` from the folder ``clients``.
"""

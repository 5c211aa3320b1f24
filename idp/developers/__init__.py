"""The pages of those who build portals: teams, sandbox clients, and what their programs need to know.

Owns: the developers' pages, their guard, the configurations to copy.
Not here: teams and what a sandbox client may be (``clients.teams``), going into production.
"""

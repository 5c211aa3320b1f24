"""What an operation costs: this server and node oidc-provider under the same load, in the same run.

Owns: the load generator that checks every answer, the meter of processor time and memory, the peer,
the table.
Not here: whether answers are right in every case (`tests/spec`); budgets of SQL and trips (`tests/house`).
"""

"""Where state lives: SQL for what lasts, Redis or Valkey for what expires.

Owns: the two SQL engines, the thin Redis layer, ephemeral records, one-time marks, the embedded Valkey.
Not here: what is stored; each package owns its own models and records.
"""

"""The checks of ``tests/spec``, validated: asked over HTTP of this server and of one that is certified.

Owns: the register of questions with both servers' answers (``register.yaml``), the servers and who asks them
(``rigs.py``, ``server.py``, ``probes.py``), the table (``python -m tests.validation > docs/validation.md``).
Not here: the demands themselves, section by section (``tests/spec``).
"""

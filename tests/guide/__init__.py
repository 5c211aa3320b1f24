"""The portal developers' guide: its requests and answers are recorded from the server.

    python -m tests.guide

rewrites ``docs/guide``. A page holds places for what is recorded:

    <!-- recorded: token -->
    ...
    <!-- end -->

and a flow of ``tests/guide/flows`` with the page's name runs against the whole server in this process and
records under these names. Tokens, secrets and times are replaced by names and by fixed numbers, so that a
page changes only when the server answers otherwise (``tests/house/test_guide.py``).
"""

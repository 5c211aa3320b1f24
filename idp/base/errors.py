"""The two ways a request can fail.

    Exception
    ├── Rejected      the caller's fault: answered with its code and hint
    └── Unavailable   ours, and passing: answered 503 with Retry-After

Everything else is a defect: answered with a reference number, logged in full.
"""


class Rejected(Exception):
    """A request that is refused.

    ``code`` and ``hint`` may leave the server (``hint`` is ASCII, RFC 6749 §5.2); ``why`` is for the
    audit record and never leaves.
    """

    def __init__(self, code: str, hint: str = "", *, why: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.hint = hint
        self.why = why or hint
        self.status = status


class Unavailable(Exception):
    """A store or a pool that cannot answer now; ``what`` names it for the log."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

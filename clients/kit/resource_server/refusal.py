"""A request that is not let in, and how it is told why (RFC 6750 §3, RFC 9449 §7.1)."""

_STATUS = {"insufficient_scope": 403, "invalid_request": 400}


class Refused(Exception):
    """A request that is not let in. ``code`` and ``hint`` may leave; ``why`` is for the log."""

    def __init__(self, code: str, hint: str = "", *, why: str = "", **parameters: str) -> None:
        super().__init__(code)
        self.code = code
        self.hint = hint
        self.why = why
        self.parameters = parameters

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS.get(self.code, 401)

    def challenge(self, scheme: str, algorithms: str = "") -> str:
        """The ``WWW-Authenticate`` header's value; a bare one when no token was shown at all."""
        parameters = {"error": self.code, "error_description": self.hint, **self.parameters}
        told = [f'{name}="{value}"' for name, value in parameters.items() if value] if self.code else []
        if algorithms:
            told.append(f'algs="{algorithms}"')
        return f"{scheme} {', '.join(told)}".strip()

"""The one failure that is not the caller's."""


class Unavailable(Exception):
    """Tokens cannot be judged now: answer 503 and ``Retry-After``, let nobody in."""

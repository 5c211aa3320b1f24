"""E-mail addresses as machines may send to: no names, no lists, no comments."""

import re

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}", re.ASCII
)


def is_address(text: str) -> bool:
    """Whether this is one plain address (RFC 5321 §4.1.2 without quoting; HTML §4.10.5.1.5)."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None

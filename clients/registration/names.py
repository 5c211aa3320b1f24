"""Names we give: unguessable, and of letters that can neither make a word nor be taken for a number."""

import secrets

#: Without digits no record and no log takes a name for a token, a phone or an ID number, and masks it.
_LETTERS = "bcdfghjklmnpqrstvwxz"


def random_name(length: int) -> str:
    """A fresh name; twenty letters hold 86 random bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))

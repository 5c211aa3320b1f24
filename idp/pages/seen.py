"""Which state of a thing a form was made from: nobody writes over what he never saw (attack book L23)."""

from flask import request

#: Longer than any version grows, shorter than what a database calls too large.
_DIGITS = 9


def seen() -> int:
    """The version in the form; of one that is missing or no number, one that nothing ever has."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else -1

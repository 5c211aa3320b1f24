"""Documents without a form of their own: military cards and everything else, checked at a window."""

import re

from idp.persons.documents.id_number import Circumstances, IdNumber, mask

#: No alphabet beside ASCII and Han, so that no two numbers look the same.
_WRITTEN = "[0-9A-Z\u3400-\u4dbf\u4e00-\u9fff().]"

#: Issuer and number; the issuer is part of what makes the number one of a kind.
PATTERN = re.compile(f"{_WRITTEN}{{1,40}}/{_WRITTEN}{{2,40}}")


def read_military(text: str, now: Circumstances) -> IdNumber:
    """Read a military card 军官证."""
    return IdNumber(kind="military", id_type="114", value=text, masked=mask(text), nationality="CHN")


def read_other(text: str, now: Circumstances) -> IdNumber:
    """Read any other person document."""
    return IdNumber(kind="other", id_type="999", value=text, masked=mask(text))

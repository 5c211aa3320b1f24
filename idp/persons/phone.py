"""Mobile numbers that may receive codes and log in. A number is never proof of who somebody is."""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

from idp.base.errors import Rejected

#: The plan of the mainland; wider than any list of ranges, because new ranges open every year.
_MAINLAND = re.compile(r"1[3-9][0-9]{9}")
_MAINLAND_CODE = 86

#: Hong Kong, Macao, Taiwan: for holders of their permits.
_PERMIT_HOLDERS = frozenset({852, 853, 886})
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})

LONGEST = 32


def parse(text: str) -> str:
    """The E.164 form of a mobile number, of the mainland if no country code leads; else ``phone.format``."""
    written = unicodedata.normalize("NFKC", text)
    if len(written) > LONGEST or not re.fullmatch(r"[+0-9 ()\-]+", written.strip()):
        raise Rejected("phone.format", "not a mobile number", why="characters")
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException as error:
        raise Rejected("phone.format", "not a mobile number", why="unreadable") from error
    if not _reachable(number):
        raise Rejected("phone.format", "not a mobile number", why=f"country code {number.country_code}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mainland(number: str) -> bool:
    """Whether an E.164 number belongs to the mainland."""
    return number.startswith("+86")


def _reachable(number: phonenumbers.PhoneNumber) -> bool:
    if number.country_code == _MAINLAND_CODE:
        return bool(_MAINLAND.fullmatch(phonenumbers.national_significant_number(number)))
    return (
        number.country_code in _PERMIT_HOLDERS
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) in _MOBILE
    )

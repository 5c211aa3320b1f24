"""What a record or a log line may not carry: identity numbers, phones, tokens, secrets, control characters.

The last line of defence behind types that refuse to be printed: it masks, and never raises.
"""

import re

from idp.base.pii import mask_id_number, mask_phone
from idp.base.secret import digest

MASK = "***"

#: Names whose value is secret whatever it looks like, as parameters, JSON members, headers or cookies.
SECRET_NAMES = frozenset({
    "access_token", "actor_token", "assertion", "authorization", "browser", "client_assertion",
    "client_secret", "code", "code_verifier", "cookie", "device_code", "id_number", "id_token",
    "id_token_hint", "login_hint", "logout_token", "new_password", "otp", "passwd", "password", "phone",
    "pin", "private_key", "refresh_token", "secret", "set_cookie", "sid", "subject_token", "token", "totp",
    "user_code", "web",
})  # fmt: skip

_NAMES = "|".join(sorted(SECRET_NAMES, key=len, reverse=True))
_SENSITIVE = re.compile(
    rf"""
    (?P<uuid>(?<![0-9A-Za-z-])[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}(?![0-9A-Za-z-]))
  | (?P<named>(?<![A-Za-z])(?i:{_NAMES})(?:=|["']\s*:\s*)["']?)(?P<value>[^\s&"',;]+)
  | (?P<scheme>\b(?i:bearer|basic|dpop)[ ]+)(?P<credential>[^\s"',;]+)
  | (?P<jwt>eyJ[0-9A-Za-z_-]{{8,}}(?:\.[0-9A-Za-z_-]*)*)
  | (?P<token>(?<![0-9A-Za-z_-])(?=[a-z_-]*[A-Z0-9])[0-9A-Za-z_-]{{32,}})
  | (?P<number>\d{{15,}}[Xx]?|\d{{6}}[ -]\d{{8}}[ -]?\d{{3}}[\dXx]
      |[A-Z]{{3}}\d{{12}}|(?<![0-9A-Za-z])[HM]\d{{8,10}}(?!\d))
  | (?P<phone>(?:(?<!\d)|(?<=%[0-9A-F]{{2}}))(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}(?!\d))
    """,
    re.VERBOSE,
)
#: Every form above holds one of these; most texts hold none, and the look costs a tenth.
_HINT = re.compile(r"[\d=:A-Z]")

#: A date where a citizen number has it (GB 11643-1999 §4), which tells it from a credit code of digits.
_CITIZEN_NUMBER = re.compile(r"\d{6}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)


def redact(text: str) -> str:
    """The text with everything masked that looks personal or secret."""
    return _SENSITIVE.sub(_masked, text) if _HINT.search(text) else text


def printable(text: str) -> str:
    """The text with control, separator and direction characters shown as escapes (CWE-117)."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def is_credit_code(text: str) -> bool:
    """Whether a text is a unified social credit code, which is public (GB 32100-2015)."""
    return bool(_CREDIT_CODE.fullmatch(text)) and not _CITIZEN_NUMBER.fullmatch(text)


def fingerprint(secret: str) -> str:
    """What stands in for a token: tells whether two are the same, and nothing else."""
    return "~" + digest(secret)[:12]


def _masked(match: re.Match[str]) -> str:
    found = match[0]
    kind = match.lastgroup
    if kind == "uuid":
        return found
    if kind == "value":
        return match["named"] + MASK
    if kind == "credential":
        return match["scheme"] + MASK
    if kind in ("jwt", "token"):
        return fingerprint(found)
    if kind == "number":
        return mask_id_number(found)
    return mask_phone("".join(char for char in found if char.isdigit()).removeprefix("00").removeprefix("86"))

"""What may be a password (NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 §6.2): long enough, and nobody's first guess.

No rules about kinds of characters and no expiry: both make people choose worse ones.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from idp import persons
from idp.authenticators import queries
from idp.authenticators.password import pinyin, weak
from idp.base.errors import Rejected
from idp.persons import Person
from idp.settings import current as settings

_SERVICE = (
    "统一身份认证", "统一认证", "身份认证", "政务服务", "公共服务", "单点登录",
    "tongyi", "renzheng", "shenfen", "zhengwu", "fuwu", "denglu", "tyrzpt", "tyrz", "tyyh",
    "sso", "idp", "login", "gov", "govcn",
)  # fmt: skip
#: A number's piece counts from this length on.
_PIECE = 4
#: So many letters or digits of one's own make a guess of public data no longer cheap.
_OWN = 6


def check(person_id: str, password: str, words: Iterable[str] = ()) -> None:
    """Refuse a password that is short, common, or made of what is known of the person and of us."""
    least = least_length(person_id)
    if len(password) < least:
        raise Rejected("password.short", f"The password needs at least {least} characters")
    if weak.common(password):
        raise Rejected("password.common", "The password is one of those tried first")
    if _made_of_context(password.casefold(), persons.find(person_id), tuple(words)):
        raise Rejected("password.context", "The password is made of what others know about you or us")


def least_length(person_id: str) -> int:
    """Shorter with a second factor, because then a guessed password alone opens nothing."""
    conf = settings()
    with_factor = queries.generator(person_id) is not None
    return conf.password_min_length_with_factor if with_factor else conf.password_min_length


def _made_of_context(text: str, person: Person | None, words: tuple[str, ...]) -> bool:
    """Whether fewer than ``_OWN`` letters or digits are left when everything known is taken out."""
    known = bytearray(len(text))
    for word in (*_service_words(), *(word.casefold() for word in words)):
        _mark_word(known, text, word)
    for number in (*words, *_numbers(person)):
        _mark_pieces(known, text, number.casefold())
    if person is not None:
        _mark_word(known, text, person.name.casefold())
        if name := pinyin.pattern(person.name):
            _mark(known, name, text)
    own = sum(character.isalnum() and not mark for character, mark in zip(text, known, strict=True))
    return any(known) and own < _OWN


def _service_words() -> tuple[str, ...]:
    conf = settings()
    host = urlsplit(conf.issuer).hostname or ""
    labels = tuple(label for label in host.split(".") if len(label) >= _PIECE)
    return (*_SERVICE, conf.region_name.casefold(), conf.region_name_en.casefold(), host, *labels)


def _numbers(person: Person | None) -> tuple[str, ...]:
    """Digits known of a person; of these every piece of four or more counts."""
    if person is None:
        return ()
    born = person.birthdate
    dates = (f"{born:%Y%m%d}", f"{born:%d%m%Y}", f"{born:%m%d%Y}", f"{born:%y%m%d}") if born else ()
    return (*dates, (person.phone or "").removeprefix("+86"))


def _mark_word(known: bytearray, text: str, word: str) -> None:
    if word:
        _mark(known, re.compile(re.escape(word)), text)


def _mark_pieces(known: bytearray, text: str, number: str) -> None:
    for start in range(len(text) - _PIECE + 1):
        if text[start : start + _PIECE] in number:
            known[start : start + _PIECE] = b"\x01" * _PIECE


def _mark(known: bytearray, pattern: re.Pattern[str], text: str) -> None:
    for found in pattern.finditer(text):
        known[found.start() : found.end()] = b"\x01" * (found.end() - found.start())

"""RFC 6238: time-based one-time passwords."""

import base64

import pytest

from idp.authenticators.totp import codes
from idp.base import clock
from idp.base.secret import Secret

#: Appendix B, SHA-1: the seed and, for each time, the last six of the eight digits printed there.
SEED = Secret(base64.b32encode(b"12345678901234567890").decode())
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


def at(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: seconds)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_appendix_b_the_vectors_give_their_time_step(
    monkeypatch: pytest.MonkeyPatch, seconds: int, code: str
) -> None:
    at(monkeypatch, seconds)
    assert codes.step_of(SEED, code) == seconds // 30


@pytest.mark.parametrize(("steps", "known"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_5_2_one_step_either_way_is_let_pass_and_no_more(
    monkeypatch: pytest.MonkeyPatch, steps: int, known: bool
) -> None:
    at(monkeypatch, 1111111109 - 30 * steps)
    assert (codes.step_of(SEED, "081804") == 1111111109 // 30) is known


def test_4_2_the_step_is_30_seconds_from_the_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 1111111110)
    code = codes.generator(SEED).generate_otp(1111111110 // 30)
    for seconds in (1111111110, 1111111139):
        at(monkeypatch, seconds)
        assert codes.step_of(SEED, code) == 37037037


def test_4226_4_r6_the_secret_has_160_bits() -> None:
    assert codes.SECRET_CHARACTERS * 5 == 160


def test_4226_5_3_codes_with_leading_zeros_keep_them(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 1234567890)
    assert codes.step_of(SEED, "005924") is not None
    assert codes.step_of(SEED, "5924") is None

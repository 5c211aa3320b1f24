"""Which request a thread of work belongs to."""

import contextvars

import pytest

from idp.base import trace


def test_outside_a_request_there_is_none() -> None:
    assert contextvars.Context().run(trace.current) == ("", "")


def test_a_request_is_known_inside_its_block_only() -> None:
    before = trace.current()
    with trace.request_context("req-0123456789", "192.0.2.1") as request:
        assert trace.current() == request == ("req-0123456789", "192.0.2.1")
    assert trace.current() == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [("192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"),
     ("192.0.2.1\r\nX: y", ""), ("somebody", ""), ("", "")],
)  # fmt: skip
def test_an_address_is_an_address_or_nothing(given: str, kept: str) -> None:
    with trace.request_context("req-0123456789", given) as request:
        assert request.address == kept

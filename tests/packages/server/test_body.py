"""Bodies of requests: by length, or in chunks of one strict form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.request import LARGEST
from idp.server import body
from idp.server.head import Malformed

HTTP11 = {"SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "POST", "PATH_INFO": "/token"}


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("", 400),
        ("+1", 400),
        ("-1", 400),
        ("1, 1", 400),
        ("0x1", 400),
        ("١", 400),
        ("65537", 413),
        ("0" * 9, 413),
    ],
)
def test_a_length_that_is_no_number_or_too_large_is_refused(length: str, status: int) -> None:
    with pytest.raises(Malformed) as refused:
        body.length({**HTTP11, "CONTENT_LENGTH": length})
    assert refused.value.status == status


def test_a_length_within_bounds_is_taken_and_none_is_nothing() -> None:
    assert body.length({**HTTP11, "CONTENT_LENGTH": "65536"}) == LARGEST
    assert body.length(dict(HTTP11)) == 0


@pytest.mark.parametrize(
    "made",
    [
        {"HTTP_TRANSFER_ENCODING": "identity"},
        {"HTTP_TRANSFER_ENCODING": "gzip, chunked"},
        {"HTTP_TRANSFER_ENCODING": "chunked, chunked"},
        {"HTTP_TRANSFER_ENCODING": ""},
        {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "5"},
        {"HTTP_TRANSFER_ENCODING": "chunked", "SERVER_PROTOCOL": "HTTP/1.0"},
    ],
)
def test_any_other_coding_and_a_length_beside_it_are_refused(made: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        body.length({**HTTP11, **made})


def test_the_coding_is_not_handed_on() -> None:
    made = {**HTTP11, "HTTP_TRANSFER_ENCODING": "Chunked"}
    assert body.length(made) is None
    assert "HTTP_TRANSFER_ENCODING" not in made


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=20), st.binary(max_size=40))
def test_chunks_come_together_and_what_follows_stays(parts: list[bytes], rest: bytes) -> None:
    sent = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    assert body.chunks(sent + rest) == (b"".join(parts), rest)
    for end in range(0, len(sent), 7):
        assert body.chunks(sent[:end]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"x", b"\r\n", b"1;a=b\r\na\r\n0\r\n\r\n", b" 1\r\na\r\n", b"0x1\r\na\r\n", b"+1\r\na\r\n",
        b"1\na\n0\n\n",
        b"1\r\nab\r\n", b"1\r\na\n", b"0\r\nTrailer: x\r\n\r\n", b"0000001\r\n", b"-1\r\n", b"1\r\na\r\n\r\n",
        b"\r",
    ],
)  # fmt: skip
def test_chunks_of_another_form_are_refused_as_soon_as_they_are_seen(data: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        body.chunks(data)
    assert refused.value.status == 400


@pytest.mark.parametrize("data", [b"010001\r\n", b"ffffff\r\n", b"1\r\na\r\n" * 30_000])
def test_more_than_a_body_may_have_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        body.chunks(data)
    assert refused.value.status == 413

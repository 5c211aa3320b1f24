"""One event: masked, bounded, canonical."""

import json
import uuid

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.audit import event
from idp.audit.event import Event
from idp.base import trace
from idp.base.secret import digest, random_token

NUMBER = "010101199003070050"
PHONE = "13800138000"
TOKEN = "Zk3vQ8mB-1xWcR7tYpL0sNdHfGjA9uEoIq2_wVbX5yT"


def made(kind: str = "login.failure", **members: object) -> Event:
    given_members: dict[str, object] = {
        "person": None, "organization": None, "client": None, "session": None,
        "outcome": "success", "reason": "", "detail": {},
    }  # fmt: skip
    return Event(**event.compose(kind, **(given_members | members)))  # type: ignore[arg-type]


def test_an_event_carries_request_time_and_a_uuid() -> None:
    with trace.request_context("req-12345678", "192.0.2.7"):
        first, second = made(), made()
    assert (first.request_id, first.address) == ("req-12345678", "192.0.2.7")
    assert first.id != second.id
    assert first.time <= second.time
    assert first.time > 10**15  # microseconds


def test_an_id_is_a_uuid_that_begins_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made()
    found = uuid.UUID(first.id)
    assert (str(found), found.version, found.variant) == (first.id, 7, uuid.RFC_4122)
    assert found.int >> 80 == first.time // 1000
    ids = []
    for later in (1, 2, 998, 999, 1000, 1_000_000):
        monkeypatch.setattr(event, "now_us", lambda later=later: first.time + later)
        ids.append(made().id)
    assert [first.id, *ids] == sorted([first.id, *ids])


def test_two_ids_of_one_microsecond_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event, "now_us", lambda: 1_763_782_867_123_456)
    assert len({made().id for _ in range(1000)}) == 1000


def test_what_is_spooled_is_the_canonical_form_of_the_event() -> None:
    members = event.compose(
        "login.failure", person="p1", organization="o1", client="tax", session="s", outcome="failed",
        reason="why", detail={"method": "pwd", "count": 3},
    )  # fmt: skip
    assert orjson.dumps(members) == Event(**members).line()


def test_the_canonical_form_is_sorted_json_without_spaces_and_reads_back() -> None:
    one = made(person=str(uuid.uuid4()), client="税务", detail={"method": "pwd", "count": 3})
    line = one.line()
    assert (
        line
        == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    assert Event.parse(line) == one
    assert json.loads(one.detail) == {"count": 3, "method": "pwd"}


@pytest.mark.parametrize("member", ["client", "person", "organization", "reason"])
def test_a_number_or_phone_in_any_member_is_masked(member: str) -> None:
    line = made(**{member: f"tried {NUMBER} and {PHONE}"}).line().decode()
    assert NUMBER not in line
    assert PHONE not in line
    assert "0****************0" in line
    assert "138****8000" in line


@pytest.mark.parametrize(
    "value",
    [NUMBER, int(NUMBER[1:] + "1"), PHONE, int(PHONE), "+86 138 0013 8000", "010101 19900307 0050",
     "https://portal.example/cb?id=" + NUMBER, TOKEN, "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
     "Bearer abcdef", "password=hunter2", [PHONE], ["x", NUMBER]],
)  # fmt: skip
def test_a_detail_that_looks_personal_or_secret_is_masked(value: object) -> None:
    kind, name = {int: ("login.failure", "count"), list: ("consent.grant", "scope")}.get(
        type(value), ("login.failure", "cause")
    )
    kept = json.loads(made(kind, detail={name: value}).detail)[name]
    secrets = value if isinstance(value, list | tuple) else [value]
    for secret in secrets:
        if secret != "x":
            assert str(secret) not in json.dumps(kept)
    assert "hunter2" not in str(kept)
    assert "abcdef" not in str(kept)


def test_a_token_leaves_a_fingerprint_by_which_two_lines_are_matched() -> None:
    token = random_token()
    kept = [json.loads(made("token.issue", detail={"token_id": token}).detail)["token_id"] for _ in range(2)]
    assert kept[0] == kept[1] == "~" + digest(token)[:12]


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("organization.register", "credit_code", "91440101MA5ABCDE0X"),
        ("key.rotate", "key_id", TOKEN),
        ("client.apply", "fingerprint", digest("x")),
        ("token.issue", "acr", "urn:gov-sso:acr:l2"),
        ("token.issue", "scope", "openid profile offline_access"),
        ("token.refuse", "error", "unmet_authentication_requirements"),
        ("authz.grant", "redirect_uri", "https://tax.example:8443/callback?portal=1"),
        ("token.issue", "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("client.disable", "operator", "0b0f3f3e-7a0e-4a58-9a52-3b3c51f9b1aa"),
    ],
)
def test_what_is_public_stays_readable(kind: str, name: str, value: str) -> None:
    assert json.loads(made(kind, detail={name: value}).detail)[name] == value


def test_a_citizen_number_in_the_place_of_a_credit_code_is_masked() -> None:
    detail = made("organization.register", detail={"credit_code": NUMBER}).detail
    assert NUMBER not in detail


def test_a_session_is_kept_as_a_digest_only() -> None:
    cookie = random_token()
    assert made(session=cookie).session == digest(cookie)


def test_nothing_masked_is_remembered() -> None:
    made(reason=f"number {NUMBER}")
    assert not any(NUMBER in text for text in event._harmless)


def test_a_long_text_is_cut_after_masking_so_that_no_half_number_stays() -> None:
    reason = "x " * 95 + NUMBER  # the number straddles the width of the column
    kept = made(reason=reason).reason
    assert len(kept) <= event.WIDTHS["reason"]
    assert NUMBER[:9] not in kept


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_recorded_is_bounded_printable_and_reads_back(client: str, cause: str) -> None:
    one = made(client=client, reason=cause, detail={"cause": cause})
    assert Event.parse(one.line()) == one
    assert one.line().decode().isprintable()
    assert len(one.client) <= event.WIDTHS["client"]


@given(st.binary(max_size=200))
def test_bytes_nobody_wrote_are_refused_with_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (json, unicode and ours are all ValueErrors)
        Event.parse(line)


@pytest.mark.parametrize(
    "change",
    [
        {"time": 0}, {"time": 1 << 63}, {"time": 1.5}, {"time": True}, {"kind": None}, {"outcome": "won"},
        {"client": "x" * 129}, {"client": "a\nb"}, {"client": ["a"]}, {"detail": "[]"}, {"detail": "no"},
        {"detail": {}}, {"detail": '{"a":"\u2028"}'}, {"extra": 1}, {"id": None},
    ],
)  # fmt: skip
def test_a_well_written_line_with_a_wrong_member_is_refused(change: dict[str, object]) -> None:
    members = orjson.loads(made().line()) | change
    with pytest.raises(ValueError):  # noqa: PT011
        Event.parse(orjson.dumps(members, option=orjson.OPT_SORT_KEYS))


def test_a_line_with_other_spacing_or_order_is_refused() -> None:
    members = json.loads(made().line())
    with pytest.raises(ValueError, match="canonical"):
        Event.parse(json.dumps(members).encode())


def test_item_mandate_and_region_stand_in_the_line_only_where_they_are() -> None:
    bare, full = made(), made(item="3501-A", mandate=str(uuid.uuid4()), region="350102")
    assert {"item", "mandate", "region"}.isdisjoint(json.loads(bare.line()))
    assert tuple(json.loads(full.line())) == event.MEMBERS
    for one in (bare, full):
        assert Event.parse(one.line()) == one


@pytest.mark.parametrize("change", [{"item": ""}, {"region": 44}, {"mandate": "x" * 65}, {"region": None}])
def test_an_optional_member_that_is_empty_or_wrong_is_refused(change: dict[str, object]) -> None:
    members = orjson.loads(made(item="a", mandate="b", region="c").line()) | change
    with pytest.raises(ValueError):  # noqa: PT011
        Event.parse(orjson.dumps(members, option=orjson.OPT_SORT_KEYS))

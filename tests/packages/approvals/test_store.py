"""Requests in Redis: decided once, redeemed once, and foreign data counts as absent."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from idp.approvals import store
from idp.approvals.approval import BACKCHANNEL, DEVICE, Approval, Kind
from idp.base.clock import now, now_us
from idp.base.errors import Rejected, Unavailable
from idp.base.secret import digest
from idp.store import redis
from idp.tokens import Grant
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")


def request(kind: Kind = DEVICE, client_id: str = "kiosk") -> Approval:
    return Approval(
        id="", kind=kind, client_id=client_id, scopes=("openid",), level=1, started=now(),
        expires_at=now() + 300, address="192.0.2.1", resources=("https://a.example/",),
    )  # fmt: skip


def grant() -> Grant:
    return Grant(
        id="g", client_id="kiosk", redirect_uri="", scopes=("openid",), nonce=None, challenge="",
        person_id=str(uuid4()), organization_id=None, session_id="s", auth_time=1, amr=("pwd",), ial=1, aal=1,
        offline=False, granted_at=now_us(),
    )  # fmt: skip


def answer(secret: str, kind: Kind = DEVICE, client_id: str = "kiosk") -> str:
    with pytest.raises(Rejected) as refused:
        store.take(secret, kind, client_id)
    return refused.value.code


def test_a_request_comes_back_as_it_was_kept() -> None:
    started = store.start(request(), with_code=True)
    assert store.find(started.approval.id) == started.approval
    assert store.by_user_code(started.approval.user_code.lower()) == started.approval


def test_what_is_taken_is_what_was_approved_and_only_once() -> None:
    secret, approval = store.start(request())
    given = grant()
    assert store.approve(approval.id, given)
    assert store.take(secret, DEVICE, "kiosk") == given
    assert answer(secret) == "invalid_grant"


@pytest.mark.parametrize(("kind", "name"), [(DEVICE, "device_code"), (BACKCHANNEL, "auth_req_id")])
def test_who_polls_in_vain_is_told_what_was_shown_by_its_own_name(kind: Kind, name: str) -> None:
    secret, approval = store.start(request(kind))
    assert store.approve(approval.id, grant())
    for shown, client_id, wrong in ((secret, "other", "issued to another client"), ("x", "kiosk", "unknown")):
        with pytest.raises(Rejected, match="invalid_grant") as refused:
            store.take(shown, kind, client_id)
        assert refused.value.hint.startswith(f"the {name} ")
        assert wrong in refused.value.hint
    store.take(secret, kind, "kiosk")
    with pytest.raises(Rejected, match="invalid_grant") as refused:
        store.take(secret, kind, "kiosk")
    assert refused.value.hint == f"the {name} was used before"


def test_redis_holds_no_secret() -> None:
    secret, approval = store.start(request(), with_code=True)
    dump = b"".join(key + (redis.call("DUMP", key) or b"") for key in redis.call("KEYS", "*"))
    assert secret.encode() not in dump
    tags = list(redis.call("KEYS", "user-code:*"))
    assert len(tags) == 1
    assert approval.user_code.encode() not in tags[0]


@pytest.mark.parametrize(("kind", "client_id"), [(BACKCHANNEL, "kiosk"), (DEVICE, "other")])
def test_a_secret_serves_its_own_kind_and_client_alone(kind: Kind, client_id: str) -> None:
    secret, approval = store.start(request())
    store.approve(approval.id, grant())
    assert answer(secret, kind, client_id) == "invalid_grant"
    assert store.take(secret, DEVICE, "kiosk")


def test_of_many_decisions_one_holds() -> None:
    for _ in range(10):
        secret, approval = store.start(request())
        given = grant()
        with ThreadPoolExecutor(8) as pool:
            decided = list(
                pool.map(
                    lambda n: store.approve(approval.id, given) if n % 2 else store.deny(approval.id),  # noqa: B023
                    range(8),
                )
            )
        assert decided.count(True) == 1
        assert (decided.index(True) % 2 == 0) == (_refusal(secret) == "access_denied")


def _refusal(secret: str) -> str:
    try:
        store.take(secret, DEVICE, "kiosk")
    except Rejected as refused:
        return refused.code
    return ""


def test_what_has_ended_cannot_be_decided(time_travel: MovableClock) -> None:
    secret, approval = store.start(request())
    time_travel.advance(300)
    assert not store.approve(approval.id, grant())
    assert not store.deny(approval.id)
    assert answer(secret) == "expired_token"


def test_the_interval_grows_to_a_bound(time_travel: MovableClock) -> None:
    secret, approval = store.start(request())
    answers = [answer(secret) for _ in range(30)]
    assert answers == ["authorization_pending"] + ["slow_down"] * 29
    time_travel.advance(60)
    assert answer(secret) == "authorization_pending"
    assert store.find(approval.id)


@pytest.mark.parametrize("value", [("SET", "x"), ("HSET", "state", "pending"), ("RPUSH", "x")])
def test_foreign_data_counts_as_absent(value: tuple[str, ...]) -> None:
    secret = "s" * 43
    redis.call(value[0], f"approval:{{{digest(secret)}}}", *value[1:])
    assert store.find(digest(secret)) is None
    assert answer(secret) == "invalid_grant"
    assert not store.deny(digest(secret))


def test_a_code_in_use_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["BBBB-BBBB", "BBBB-BBBB", "CCCC-CCCC"])
    monkeypatch.setattr("idp.approvals.user_code.new", lambda: next(codes))
    first = store.start(request(), with_code=True).approval
    second = store.start(request(), with_code=True).approval
    assert (first.user_code, second.user_code) == ("BBBB-BBBB", "CCCC-CCCC")
    assert store.by_user_code("BBBB-BBBB") == first


def test_without_a_free_code_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.approvals.user_code.new", lambda: "BBBB-BBBB")
    store.start(request(), with_code=True)
    with pytest.raises(Unavailable):
        store.start(request(), with_code=True)


def test_what_waits_for_a_person_ends_with_its_time(time_travel: MovableClock) -> None:
    person = str(uuid4())
    approval = store.start(request(BACKCHANNEL, "line")).approval
    assert store.show_to(approval, person)
    assert store.of_person(person) == [approval]
    assert store.waits_for(approval.id, person)
    assert not store.waits_for(approval.id, str(uuid4()))
    time_travel.advance(300)
    assert store.of_person(person) == []

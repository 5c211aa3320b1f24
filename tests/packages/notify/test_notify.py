"""Messages to people and the development inbox."""

import pkgutil

import pytest

from idp import notify, settings
from idp.base.errors import Rejected, Unavailable
from idp.notify import gateways
from idp.notify.gateways import GATEWAYS, inbox
from idp.store import redis

pytestmark = pytest.mark.usefixtures("stores")


def in_production(conf: settings.Settings) -> None:
    settings.use(conf.model_copy(update={"environment": "production"}))


def test_a_message_arrives_in_the_inbox_newest_first() -> None:
    notify.send("sms", "13800138000", "验证码 123456")
    notify.send("app", "person-1", "新设备登录")
    newest, oldest = inbox.messages()
    assert (newest["channel"], newest["to"], newest["text"]) == ("app", "person-1", "新设备登录")
    assert (oldest["to"], oldest["text"]) == ("138****8000", "验证码 123456")


def test_q04_the_inbox_holds_no_full_phone_and_ends_by_itself() -> None:
    notify.send("sms", "13800138000", "hello")
    (key,) = redis.call("KEYS", "*inbox*")
    assert b"13800138000" not in b"".join(redis.call("LRANGE", key, 0, -1))
    assert 0 < redis.call("TTL", key) <= 3600


def test_the_inbox_keeps_a_bounded_number() -> None:
    for number in range(60):
        notify.send("app", "person-1", str(number))
    texts = [message["text"] for message in inbox.messages()]
    assert texts == [str(number) for number in range(59, 9, -1)]


def test_in_production_nothing_is_sent_without_a_gateway(test_settings: settings.Settings) -> None:
    in_production(test_settings)
    with pytest.raises(Unavailable, match="sms"):
        notify.send("sms", "13800138000", "hello")
    assert redis.call("KEYS", "*inbox*") == []


def test_in_production_the_inbox_is_refused_even_when_called_directly(
    test_settings: settings.Settings,
) -> None:
    notify.send("app", "person-1", "before")
    in_production(test_settings)
    with pytest.raises(Rejected):
        inbox.messages()
    with pytest.raises(Rejected):
        inbox.deliver(notify.Message(channel="app", to="person-1", text="x"))


def test_an_unknown_channel_is_a_defect() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        notify.send("pigeon", "roof", "coo")  # type: ignore[arg-type]


def test_every_gateway_in_the_folder_is_listed_and_complete() -> None:
    modules = {module.name for module in pkgutil.iter_modules(gateways.__path__)}
    assert modules == {str(getattr(gateway, "__name__", "")).rsplit(".", 1)[1] for gateway in GATEWAYS}
    for gateway in GATEWAYS:
        assert callable(gateway.serves)
        assert callable(gateway.deliver)

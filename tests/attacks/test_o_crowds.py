"""Group O, crowds: many honest people at one address, and many addresses at one account."""

import pytest

from idp import authenticators
from idp.audit import set_request
from idp.login import throttle
from tests.attacks.test_h_login import number
from tests.loginface import Browser, from_one_address, no_hashing, someone, spooled
from tests.webface import csrf

__all__ = ["from_one_address", "no_hashing", "spooled"]
pytestmark = pytest.mark.usefixtures("spooled", "from_one_address")


def test_o22_five_hundred_honest_people_behind_one_address_pass() -> None:
    for n in range(500):
        throttle.admit(f"number|111|{number(n)}", "192.0.2.1", "").succeeded()
    someone()
    browser = Browser()
    browser.log_in()
    assert browser.arrived


def test_o22_many_addresses_at_one_account_neither_get_in_nor_lock_the_owner_out(
    no_hashing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    someone()
    owner = Browser("the owner's browser")
    with monkeypatch.context() as patch:
        patch.setattr(authenticators.password, "check", lambda person_id, password: True)
        owner.log_in()
    assert owner.session is not None
    thief = Browser("the thief's browser")
    thief.begin()
    thief.identify()
    form = {"csrf_token": csrf(thief.look().text), "step": "password", "password": "guess"}
    for n in range(60):
        set_request("", f"10.0.0.{n}")
        thief.client.post(f"/login/{thief.attempt}", data=form)
    assert len(no_hashing) == 20
    monkeypatch.setattr(authenticators.password, "check", lambda person_id, password: True)
    thief.password()
    assert "登录已暂停" in thief.look().text
    assert thief.session is None
    owner.begin(fresh=True)
    owner.send(action="other")
    owner.identify()
    owner.password()
    assert owner.arrived


def test_o22_the_mark_of_a_known_device_serves_no_other_browser_and_no_other_person() -> None:
    from idp.login import device

    mark = device.remembered("", "browser one", "person one")
    assert device.known(mark, "browser one", "person one")
    assert not device.known(mark, "browser two", "person one")
    assert not device.known(mark, "browser one", "person two")
    assert not device.known(mark, "browser one", None)
    assert not device.known(mark[:-3] + "AAA", "browser one", "person one")

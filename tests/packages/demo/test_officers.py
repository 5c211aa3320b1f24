"""The demonstration's staff come ready: what the screen shows lets them in."""

import pyotp
import pytest

from idp import staff
from idp.base import clock
from idp.demo import officers
from idp.staff import proof

pytestmark = pytest.mark.usefixtures("stores")


def test_everybody_of_staff_logs_in_with_what_the_screen_shows_at_once() -> None:
    for one in officers.appoint():
        code = pyotp.TOTP(one.totp.reveal()).at(clock.now())
        assert proof.both(staff.find_by_name(one.login_name), one.password.reveal(), code), one.login_name

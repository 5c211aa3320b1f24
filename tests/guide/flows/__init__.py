"""What runs for each page of the guide, by the page's name."""

from collections.abc import Callable

from tests.guide.flows import backend, data, elsewhere, login, logout, registration, security
from tests.guide.scene import Scene

FLOWS: dict[str, Callable[[Scene], None]] = {
    "code-flow": login.code_flow,
    "refresh": login.refresh,
    "userinfo": data.userinfo,
    "logout": logout.logout,
    "step-up": login.step_up,
    "organisation": login.organisation,
    "fapi2": security.fapi2,
    "message-signing": security.message_signing,
    "device": elsewhere.device,
    "ciba": elsewhere.ciba,
    "token-exchange": data.token_exchange,
    "resource-indicators": data.resource_indicators,
    "rich-requests": data.rich_requests,
    "back-end": backend.back_end,
    "registration": registration.registration,
}

"""What runs for each page of the guide, by the page's name."""

from collections.abc import Callable

from tests.guide.flows import (
    answers,
    backend,
    data,
    elsewhere,
    login,
    logout,
    machines,
    registration,
    security,
)
from tests.guide.scene import Scene

FLOWS: dict[str, Callable[[Scene], None]] = {
    "code-flow": login.code_flow,
    "refresh": login.refresh,
    "userinfo": data.userinfo,
    "single-claims": answers.single_claims,
    "logout": logout.logout,
    "session-management": login.session_management,
    "initiated-login": login.initiated_login,
    "step-up": login.step_up,
    "organisation": login.organisation,
    "fapi2": security.fapi2,
    "message-signing": security.message_signing,
    "mutual-tls": machines.mutual_tls,
    "encryption": answers.encryption,
    "hybrid": answers.hybrid,
    "device": elsewhere.device,
    "ciba": elsewhere.ciba,
    "token-exchange": data.token_exchange,
    "jwt-bearer": machines.jwt_bearer,
    "resource-indicators": data.resource_indicators,
    "rich-requests": data.rich_requests,
    "back-end": backend.back_end,
    "registration": registration.registration,
}

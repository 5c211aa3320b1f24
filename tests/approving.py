"""A kiosk, a hotline, and a citizen with a phone: for tests of logins that are approved elsewhere."""

import re
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from idp.approvals import jobs
from idp.notify.gateways import inbox
from idp.persons import service as registry
from tests.actors import Person, Portal, portal

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
PHONE = "+8613800000001"


def kiosk(client_id: str = "kiosk", **changes: Any) -> Portal:
    """Register a kiosk; what is not said is as most kiosks have it."""
    own: dict[str, Any] = {
        "name": "政务服务自助终端",
        "name_en": "Service Kiosk",
        "place": "示范市政务服务中心一层3号机",
        "place_en": "Demo City Service Centre, ground floor, machine 3",
        "redirect_uris": (),
        "post_logout_redirect_uris": (),
        "grant_types": (DEVICE_CODE,),
        "scopes": ("openid", "profile", "realname"),
    }
    return portal(client_id, **(own | changes))


def app_on_tv(client_id: str = "tv", **changes: Any) -> Portal:
    """Register a device that can keep no secret."""
    own = {"token_endpoint_auth_method": "none", "application_type": "native"}
    return kiosk(client_id, **(own | changes))


def hotline(client_id: str = "hotline", **changes: Any) -> Portal:
    """Register a portal that asks its callers to confirm."""
    own: dict[str, Any] = {
        "name": "12345政务服务热线",
        "name_en": "Service Hotline",
        "redirect_uris": (),
        "post_logout_redirect_uris": (),
        "grant_types": (CIBA,),
        "scopes": ("openid", "profile"),
        "backchannel_token_delivery_mode": "poll",
    }
    return portal(client_id, **(own | changes))


def with_phone(person_id: str, number: str = PHONE) -> str:
    """Give the person a mobile number; the number."""
    registry.set_phone(person_id, number, operator="test")
    return number


@dataclass
class Device:
    """A device that asked for codes, and its polls."""

    http: Person
    client: Portal
    codes: dict[str, Any]

    def poll(self, client: Portal | None = None, **changes: str) -> TestResponse:
        form = {"grant_type": DEVICE_CODE, "device_code": self.codes["device_code"], **changes}
        return send(self.http, "/token", client or self.client, form)

    @property
    def user_code(self) -> str:
        return str(self.codes["user_code"])


@dataclass
class Call:
    """A portal that asked for a person in the background, and its polls."""

    http: Person
    client: Portal
    answer: dict[str, Any]

    def poll(self, client: Portal | None = None, **changes: str) -> TestResponse:
        form = {"grant_type": CIBA, "auth_req_id": self.answer["auth_req_id"], **changes}
        return send(self.http, "/token", client or self.client, form)


def send(http: Person, path: str, client: Portal, form: dict[str, str]) -> TestResponse:
    """Post a form as a client does: with its secret, or with its name alone."""
    if client.client.public:
        return http.post(path, form | {"client_id": client.client.client_id})
    return http.post(path, form, headers=client.basic)


def ask_for_codes(http: Person, client: Portal, **form: str) -> Device:
    """A device authorization request that must succeed."""
    answer = send(http, "/device_authorization", client, {"scope": "openid profile", **form})
    assert answer.status_code == 200, answer.data
    return Device(http, client, dict(answer.json or {}))


def call(http: Person, client: Portal, **form: str) -> Call:
    """A backchannel request that must succeed, put before its person by the worker."""
    answer = send(http, "/bc-authorize", client, {"scope": "openid profile", **form})
    assert answer.status_code == 200, answer.data
    jobs.announce_due()
    return Call(http, client, dict(answer.json or {}))


def error(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, (answer.json or {}).get("error", "")


def type_code(person: Person, code: str) -> TestResponse:
    """Type a device's code and send it."""
    page = person.get("/device")
    return person.post("/device", {**hidden(page), "user_code": code})


def open_code(person: Person, code: str) -> str:
    """Type a code that is right, as somebody who is logged in; the path of the page that asks."""
    answer = type_code(person, code)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def waiting(person: Person) -> list[str]:
    """Paths of the requests that wait for whoever is logged in."""
    return re.findall(r'href="(/approvals/[^"]+)"', person.get("/account/requests").text)


def open_request(person: Person) -> str:
    """Open the one request that waits; the path of the page that asks."""
    (path,) = waiting(person)
    return str(person.get(path).location)


def decide(person: Person, path: str, decision: str = "approve") -> TestResponse:
    """Press a button of the page that asks, agree to all data, and come to the last page."""
    answer = person.post(path, {**hidden(person.get(path)), "decision": decision})
    while answer.status_code == 303:
        if "/consent/" in answer.location:
            answer = person.agree(answer.location)
        else:
            answer = person.get(answer.location)
    return answer


def approve_device(person: Person, device: Device) -> None:
    """Approve a device from beginning to end."""
    last = decide(person, open_code(person, device.user_code))
    assert 'data-decided="approved"' in last.text, last.text


def approve_call(person: Person) -> None:
    """Approve the one request that waits, from beginning to end."""
    last = decide(person, open_request(person))
    assert 'data-decided="approved"' in last.text, last.text


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def messages() -> list[str]:
    """What was sent to people, newest first."""
    return [str(message["text"]) for message in inbox.messages()]

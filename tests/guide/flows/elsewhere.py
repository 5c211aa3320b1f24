"""Logins that are approved on another screen."""

from idp.approvals import jobs
from idp.persons import service as registry
from tests.approving import CIBA, PHONE, Device, approve_call, approve_device, decide, open_code, send
from tests.guide.scene import Scene
from tests.sink import answers, sink

PING = "https://hotline.prov01.example/ping"


def device(scene: Scene) -> None:
    me, kiosk = scene.citizen(), scene.portal("device")
    asked = {"scope": "openid profile", "acr_values": "urn:gov-sso:acr:l2"}
    codes = scene.exchange("ask", send(me, "/device_authorization", kiosk, asked))
    machine = Device(me, kiosk, codes)
    scene.wait(5)
    scene.exchange("pending", machine.poll(), 400)
    approve_device(me, machine)
    scene.wait(5)
    tokens = scene.exchange("token", machine.poll())
    scene.exchange("leave", me.post("/revoke", {"token": tokens["access_token"]}, headers=kiosk.basic))
    other = Device(me, kiosk, send(me, "/device_authorization", kiosk, asked).json or {})
    decide(me, open_code(me, other.user_code), "deny")
    scene.exchange("denied", other.poll(), 400)


def ciba(scene: Scene) -> None:
    with sink(answers(204)) as at:
        me, hotline = scene.citizen(), scene.portal("ciba", {PING: at.uri})
        registry.set_phone(scene.person, PHONE, operator="guide")
        asked = {
            "scope": "openid profile", "login_hint": PHONE.removeprefix("+86"),
            "binding_message": "来电核验码 58", "client_notification_token": "token-of-this-call-58",
        }  # fmt: skip
        scene.mask.call(asked["login_hint"], asked["login_hint"])
        told = scene.exchange("ask", send(me, "/bc-authorize", hotline, asked))
        jobs.announce_due()
        poll = {"grant_type": CIBA, "auth_req_id": told["auth_req_id"]}
        scene.exchange("pending", send(me, "/token", hotline, poll), 400)
        approve_call(me)
        scene.wait(5)
        jobs.ping_due()
        scene.sent("ping", at, PING)
        tokens = scene.exchange("token", send(me, "/token", hotline, poll))
        scene.token("id-token", tokens["id_token"])
        scene.exchange("again", send(me, "/token", hotline, poll), 400)

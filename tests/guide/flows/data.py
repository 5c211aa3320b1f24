"""What a portal learns of a person, and tokens that say for what they are."""

import json
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from tests.actors import Person, Portal, query
from tests.guide.scene import Scene, walk
from tests.policies import stock

TAX, LAND = "https://api.tax.prov01.example", "https://api.land.prov01.example"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
LICENCE = {
    "type": "elicense_read",
    "licence_type": "demo-business-licence",
    "item_code": "DEMO-ITEM-0001",
    "case_id": "C-2026-000123",
    "purpose": "办理食品经营许可",
}


def userinfo(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("userinfo")
    answer = me.authorize(tax, scope="openid profile realname age")
    scene.request("authorize", answer)
    tokens = me.token(tax, tax.token_form(query(walk(me, answer))["code"])).json or {}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    scene.exchange("userinfo", me.get("/userinfo", headers=bearer))
    scene.wait(601)
    scene.exchange("expired", me.get("/userinfo", headers=bearer), 401)


def token_exchange(scene: Scene) -> None:
    me = scene.citizen()
    tax, interface = scene.portals("exchange")
    shown = me.tokens(tax, scope="openid profile realname")["access_token"]
    scene.token("shown", shown)
    form = {
        "grant_type": EXCHANGE, "subject_token": shown, "subject_token_type": ACCESS,
        "resource": LAND, "scope": "profile",
    }  # fmt: skip
    answer = scene.exchange("exchange", me.token(interface, form))
    scene.token("exchanged", answer["access_token"])
    elsewhere = me.token(interface, {**form, "resource": "https://api.police.prov01.example"})
    scene.exchange("elsewhere", elsewhere, 400)


def resource_indicators(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("resources")
    answer = asked(me, tax, TAX, LAND)
    scene.request("authorize", answer)
    code = query(walk(me, answer))["code"]
    tokens = scene.exchange("token", me.token(tax, {**tax.token_form(code), "resource": TAX}))
    scene.token("access-token", tokens["access_token"])
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "resource": LAND}
    other = scene.exchange("refresh", me.token(tax, form))
    scene.token("other-token", other["access_token"])
    unknown = asked(me, tax, "https://api.police.prov01.example")
    scene.callback("unknown", walk(me, unknown))


def asked(me: Person, tax: Portal, *resources: str) -> TestResponse:
    """An authorization request for resources."""
    pairs = [*tax.request().items(), *(("resource", one) for one in resources)]
    return me.get("/authorize?" + urlencode(pairs))


def rich_requests(scene: Scene) -> None:
    me, desk = scene.citizen("pwd", "otp"), scene.portal("details")
    stock(LICENCE["item_code"])
    answer = me.authorize(desk, authorization_details=json.dumps([LICENCE], ensure_ascii=False))
    scene.request("authorize", answer)
    code = query(walk(me, answer))["code"]
    tokens = scene.exchange("token", me.token(desk, desk.token_form(code)))
    told = me.post("/introspect", {"token": tokens["access_token"]}, headers=desk.basic)
    scene.exchange("introspect", told)
    wrong = json.dumps([{**LICENCE, "type": "elicense_write"}], ensure_ascii=False)
    scene.callback("unknown", walk(me, me.authorize(desk, authorization_details=wrong)))

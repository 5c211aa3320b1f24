"""Answers of other shapes: single claims, an ID token beside the code, answers for one reader alone."""

import json
import re
from html import unescape

from joserfc.jwk import ECKey

from tests.actors import query
from tests.guide.scene import Scene, end, walk
from tests.recipient import opened

CLAIMS = {
    "userinfo": {"age_over_18": {"essential": True}, "name": None},
    "id_token": {"acr": {"essential": True, "values": ["urn:gov-sso:acr:l2"]}},
}
UNKNOWN = {"id_token": {"acr": {"essential": True, "value": "urn:example:gold"}}}


def single_claims(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("claims")
    answer = me.authorize(tax, scope="openid", claims=json.dumps(CLAIMS))
    scene.request("authorize", answer)
    code = query(walk(me, answer))["code"]
    tokens = scene.exchange("token", me.token(tax, tax.token_form(code)))
    scene.token("access-token", tokens["access_token"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    scene.exchange("userinfo", me.get("/userinfo", headers=bearer))
    scene.callback("unmet", walk(me, me.authorize(tax, scope="openid", claims=json.dumps(UNKNOWN))))
    scene.callback("malformed", walk(me, me.authorize(tax, scope="openid", claims="age_over_18")))


def hybrid(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("hybrid")
    answer = me.authorize(tax, response_type="code id_token", response_mode="form_post")
    scene.request("authorize", answer)
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', end(me, answer).text)
    told = {name: unescape(value) for name, value in fields}
    scene.posted("callback", tax.redirect_uri, told)
    scene.token("front", told["id_token"])
    tokens = scene.exchange("token", me.token(tax, tax.token_form(told["code"])))
    scene.token("back", tokens["id_token"])
    scene.exchange("no-nonce", me.authorize(tax, response_type="code id_token", nonce=None), 303)


def encryption(scene: Scene) -> None:
    key = ECKey.generate_key("P-256")
    me, tax = scene.citizen(), scene.portal("encryption", {"KEY_X": key["x"], "KEY_Y": key["y"]})
    code = query(walk(me, me.authorize(tax)))["code"]
    tokens = scene.exchange("token", me.token(tax, tax.token_form(code)))
    scene.header("id-token-header", tokens["id_token"])
    scene.token("id-token", opened(tokens["id_token"], key).text)
    told = me.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    scene.mask.call(told.text, "ENCRYPTED_USERINFO")
    scene.exchange("userinfo", told)
    scene.token("userinfo-inside", opened(told.text, key).text)
    hint = me.authorize(tax, prompt="none", id_token_hint=tokens["id_token"])
    scene.callback("hint", walk(me, hint))

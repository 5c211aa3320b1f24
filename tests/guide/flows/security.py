"""The security profiles: pushed requests, bound tokens, signed messages."""

from tests.actors import query
from tests.guide.scene import Scene, walk


def fapi2(scene: Scene) -> None:
    me, fund = scene.citizen(), scene.signer("fapi2")
    scene.token("assertion", fund.credentials()["client_assertion"])
    pushed = scene.exchange("push", fund.push(me, fund.request()), 201)
    answer = fund.open(me, pushed["request_uri"])
    scene.request("authorize", answer)
    back = walk(me, answer)
    scene.callback("callback", back)
    form = {**fund.token_form(query(back)["code"]), **fund.credentials()}
    proof = fund.proof("/token")
    scene.token("proof", proof)
    tokens = scene.exchange("token", me.post("/token", form, headers={"DPoP": proof}))
    token = tokens["access_token"]
    scene.token("access-token", token)
    scene.exchange("userinfo", me.get("/userinfo", headers=fund.holder.show(token)))
    scene.exchange("unproven", me.get("/userinfo", headers={"Authorization": f"Bearer {token}"}), 401)
    scene.exchange("plain", me.authorize(fund), 303)


def message_signing(scene: Scene) -> None:
    me, fund = scene.citizen(), scene.signer("fapi2-message-signing")
    inside = fund.object()
    scene.token("request-object", inside)
    form = {"client_id": fund.client.client_id, "request": inside}
    pushed = scene.exchange("push", fund.push(me, form), 201)
    answer = fund.open(me, pushed["request_uri"])
    scene.request("authorize", answer)
    back = walk(me, answer)
    scene.callback("callback", back)
    scene.token("response", query(back)["response"])
    scene.exchange("unsigned", fund.push(me, fund.request()), 400)

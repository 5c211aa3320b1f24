"""Code flow, refresh, step-up, acting for an organisation, logins begun by our list, sessions watched."""

import re
from dataclasses import replace
from html import unescape

from clients import service as registry
from idp.organizations import service as companies
from tests.actors import Person, query
from tests.guide.scene import Scene, walk
from tests.webface import csrf

HIGHER = "urn:gov-sso:acr:l3"


def code_flow(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("web", whole=True)
    answer = me.authorize(tax)
    scene.request("authorize", answer)
    back = walk(me, answer)
    scene.callback("callback", back)
    form = tax.token_form(query(back)["code"])
    tokens = scene.exchange("token", me.token(tax, form))
    scene.token("id-token", tokens["id_token"])
    scene.exchange("again", me.token(tax, form), 400)
    declined = walk(me, me.authorize(tax, prompt="none", acr_values="urn:gov-sso:acr:l3"))
    scene.callback("declined", declined)


def refresh(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("web")
    tokens = me.tokens(tax)
    scene.wait(540)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    scene.exchange("refresh", me.token(tax, form))
    scene.wait(60)
    scene.exchange("reuse", me.token(tax, form), 400)
    last = {"token": tokens["refresh_token"], "token_type_hint": "refresh_token"}
    scene.exchange("revoke", me.post("/revoke", last, headers=tax.basic))


def step_up(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("web")
    answer = me.authorize(tax, acr_values=HIGHER, max_age="900")
    scene.request("authorize", answer)
    stronger = scene.browser("pwd", "otp")
    tokens = stronger.tokens(tax, acr_values=HIGHER, max_age="900")
    scene.token("id-token", tokens["id_token"])
    low = me.tokens(tax)["access_token"]
    registry.apply([replace(tax.client, min_level=3)], operator="guide")
    scene.exchange("challenge", me.get("/userinfo", headers={"Authorization": f"Bearer {low}"}), 401)


def organisation(scene: Scene) -> None:
    me, portal = scene.citizen(), scene.portal("organisation")
    company = companies.register(
        uscc="91010101MA01DEM07P", name="示范甲一贸易有限公司", name_en="Demo Trading No. 1 Ltd."
    )
    companies.add_representative(company, scene.person)
    answer = me.authorize(portal, scope="openid profile org mandate")
    scene.request("authorize", answer)
    back = walk(me, me.get(chosen(me, answer.location, company)))
    tokens = me.token(portal, portal.token_form(query(back)["code"])).json or {}
    scene.token("id-token", tokens["id_token"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    scene.exchange("userinfo", me.get("/userinfo", headers=bearer))


def chosen(me: Person, path: str, identity: str) -> str:
    """Press the button of an organisation on the page at ``path``; where that leads."""
    page = me.get(path).text
    assert re.search(f'name="identity" value="{identity}"', page), page
    answer = me.post(path, {"csrf_token": csrf(page), "step": "choice", "identity": identity})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def initiated_login(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("initiated-login")
    (link,) = re.findall(r'<a class="portal" href="([^"]+)"', me.get("/account/services").text)
    scene.callback("start", unescape(link))
    answer = me.authorize(tax)
    scene.request("authorize", answer)
    scene.callback("callback", walk(me, answer))


def session_management(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("web")
    told = me.get("/.well-known/openid-configuration").json or {}
    scene.json("metadata", {"check_session_iframe": told["check_session_iframe"]})
    scene.callback("callback", walk(me, me.authorize(tax)))
    answer = scene.stranger().authorize(tax, prompt="none")
    scene.request("asked", answer)
    scene.callback("gone", walk(me, answer))

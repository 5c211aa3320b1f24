"""A program that registers its own client, and manages it."""

from clients.registration import policy
from clients.registration.service import initial_tokens
from tests.guide.scene import MANIFESTS, Scene
from tests.registrants import Own, Registrant

PORTAL = {
    "client_name": "My Service",
    "client_name#zh-Hans": "我的服务",
    "redirect_uris": ["https://my.services.prov01.example/callback"],
    "scope": "openid profile",
}


def registration(scene: Scene) -> None:
    text = (MANIFESTS / "policy.yaml").read_text(encoding="utf-8")
    scene.text("policy", "yaml", text)
    _, token = initial_tokens.create(
        policy.read(text, "policy.yaml"), uses=3, lifetime=3600, operator="guide"
    )
    assert token is not None
    scene.mask.call(token.reveal(), "INITIAL_ACCESS_TOKEN")
    program = Registrant(scene.app, token.reveal())
    answer = program.post(PORTAL)
    scene.mask.call((answer.json or {})["client_id"], "CLIENT_ID")
    told = scene.exchange("register", answer, 201)
    own = Own(program, told)
    redirects = [*told["redirect_uris"], "https://my.services.prov01.example/other"]
    scene.exchange("change", own.put(redirect_uris=redirects))
    scene.exchange("delete", own.delete(), 204)
    elsewhere = PORTAL | {"redirect_uris": ["https://elsewhere.example/callback"]}
    scene.exchange("elsewhere", program.post(elsewhere), 400)
    scene.exchange("stranger", program.post(PORTAL, token="not-a-token"), 401)

"""The three ways a logout reaches a portal."""

import re
from html import unescape
from urllib.parse import urlencode

from idp.logout import jobs
from tests.guide.scene import Scene
from tests.sink import sink

BACK = "https://tax.prov01.example/backchannel-logout"


def logout(scene: Scene) -> None:
    with sink() as at:
        me, tax = scene.citizen(), scene.portal("logout", {BACK: at.uri})
        tokens = me.tokens(tax)
        asked = {
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": tax.client.post_logout_redirect_uris[0],
            "state": "st-2",
        }
        scene.mask.call(tokens["id_token"], "ID_TOKEN")
        answer = me.get("/end_session?" + urlencode(asked))
        scene.request("end-session", answer)
        page = me.get(answer.location).text
        (frame,) = [unescape(uri) for uri in re.findall(r'<iframe src="([^"]+)"', page)]
        scene.callback("frame", frame)
        (onward,) = re.findall(r'id="continue" href="([^"]+)"', page)
        scene.callback("signed-out", unescape(onward))
        jobs.deliver_due()
        scene.sent("back-channel", at, BACK)
        scene.token("logout-token", at.forms[0]["logout_token"][0])
    revived = me.post("/introspect", {"token": tokens["access_token"]}, headers=tax.basic)
    scene.exchange("introspect", revived)

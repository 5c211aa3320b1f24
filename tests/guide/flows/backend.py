"""A back end that judges tokens with the kit of ``clients/kit``."""

import json
from pathlib import Path
from typing import Any

from flask import Flask
from resource_server import Issuer
from werkzeug.test import Client as Http

from tests.actors import ISSUER, Person
from tests.guide import returns
from tests.guide.scene import Scene


class Here(Issuer):
    """The server in this process."""

    def __init__(self, app: Flask) -> None:
        super().__init__(ISSUER)
        self.person = Person(app)

    def _get(self, uri: str) -> Any:
        return json.loads(self.person.get(uri.removeprefix(ISSUER)).data)


def back_end(scene: Scene) -> None:
    me, tax = scene.citizen(), scene.portal("backend")
    tokens = me.tokens(tax)
    scene.text("service", "python", Path(returns.__file__).read_text(encoding="utf-8"))
    scene.token("access-token", tokens["access_token"])
    service = Http(returns.application(Here(scene.app)))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    scene.exchange("good", service.get("/returns", returns.HERE, headers=bearer))
    scene.exchange("higher", service.post("/returns", returns.HERE, headers=bearer), 401)
    stranger = {"Authorization": f"Bearer {tokens['id_token']}"}
    scene.exchange("id-token", service.get("/returns", returns.HERE, headers=stranger), 401)
    asked = {"token": tokens["access_token"]}
    scene.exchange("introspect", me.post("/introspect", asked, headers=tax.basic))
    me.post("/revoke", asked, headers=tax.basic)
    scene.exchange("ended", me.post("/introspect", asked, headers=tax.basic))

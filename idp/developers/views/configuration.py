"""The files of a working login, ready to copy."""

from dataclasses import dataclass

from flask import Response, render_template

from clients import Client
from idp import settings
from idp.base.secret import Secret
from idp.developers import kits
from idp.developers.kits import Kit
from idp.developers.views.frame import show


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file to copy."""

    name: str
    text: str

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return "file-" + "".join(one if one.isalnum() else "-" for one in self.name).strip("-").lower()


def configuration(client: Client, kit: Kit, secret: Secret | None) -> Response:
    """One framework's files; with the secret when it was made a moment ago, and never again."""
    return show(
        "configuration",
        client=client,
        kit=kit,
        kits=kits.KITS,
        secret=secret.reveal() if secret else "",
        files=_files(client, kit, secret),
        issuer=settings.current().issuer,
        by_key=kits.by_key(client),
        home=kits.home(client),
    )


def _files(client: Client, kit: Kit, secret: Secret | None) -> list[File]:
    return [
        File(
            name=name,
            text=render_template(
                f"developers/kits/{template}.txt",
                client=client,
                issuer=settings.current().issuer,
                by_key=kits.by_key(client),
                place=kits.place(client),
                secret=secret.reveal() if secret else "",
            ),
        )
        for name, template in kit.files
    ]

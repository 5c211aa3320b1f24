"""The WSGI entry: the gate with the protocol face in front, the web face behind it."""

from idp.app import create_app

app = create_app()

"""The WSGI entry: the gate with the protocol face in front, the web face behind it."""

from idp import journal, settings
from idp.app import create_app

_conf = settings.current()
journal.configure(_conf.log_level, json=_conf.log_json)
app = create_app(_conf)

"""``python -m idp.demo`` is ``idp demo``."""

from idp.demo.commands import demo

demo(prog_name="idp demo")

"""Synthetic people and organisations: the cast of development, tests and demonstrations.

Owns: who they are (``personas.yaml``) and their way into a server that is not in production.
Not here: any rule about persons; everything happens through the services that real people pass.
"""

from idp.personas.roster import Body, Persona, bodies, find, personas

__all__ = ["Body", "Persona", "bodies", "find", "personas"]

"""Every setting of the server: type, default, unit and reason.

Owns: reading the environment (``IDP_`` names) and secret files, refusing what is unknown or dangerous.
Not here: per-client policy (``clients``) and key material (``idp.keyring``).
"""

from idp.settings.settings import Settings, current, use

__all__ = ["Settings", "current", "use"]

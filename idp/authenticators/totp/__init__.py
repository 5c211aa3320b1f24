"""One-time codes from a generator in the person's hands (RFC 6238): SHA-1, six digits, 30 seconds.

Those three are what every authenticator app understands. A code is good once, in its own time step and in
the one before and after it, by the server's clock only (ASVS 5.0 §6.5.5, §6.5.8). Counting failures is the
login throttle's, because it must also count those that come with no person.
"""

import pyotp

from idp import audit, keyring
from idp.authenticators import queries, service
from idp.authenticators.totp import codes
from idp.authenticators.totp.qr import svg
from idp.base.secret import Secret
from idp.settings import current as settings

__all__ = ["METHOD", "begin", "check", "confirm", "enrolled", "remove", "svg"]

METHOD = "otp"


def enrolled(person_id: str) -> bool:
    """Whether the person has a generator."""
    return queries.generator(person_id) is not None


def begin(whose: str) -> tuple[Secret, str]:
    """A fresh secret and the address an app reads from the QR code, under a name the app may show."""
    secret = Secret(pyotp.random_base32(codes.SECRET_CHARACTERS))
    issuer = f"{settings().region_name}统一身份认证"
    uri = codes.generator(secret).provisioning_uri(name=whose, issuer_name=issuer)
    return secret, uri


def confirm(person_id: str, secret: Secret, code: str, *, operator: str | None = None) -> bool:
    """Enrol the generator if ``code`` comes from it; raises ``Rejected`` when there is one already."""
    step = codes.step_of(secret, code)
    if step is None:
        return False
    seed = keyring.seal(secret.reveal().encode(), _row(person_id))
    service.add_generator(person_id, seed, step, operator=operator)
    return True


def check(person_id: str, code: str) -> bool:
    """Whether the code is right and was never used; it is used from now on."""
    known = queries.generator(person_id)
    if known is None:
        return False
    step = codes.step_of(Secret(keyring.unseal(known.seed, _row(person_id)).decode()), code)
    if step is None:
        return False
    if service.spend_step(person_id, step):
        return True
    audit.record("mfa.replay", person=person_id, outcome="refused", method=METHOD)
    return False


def remove(person_id: str, *, operator: str | None = None) -> bool:
    """Forget the generator; tells whether there was one."""
    return service.remove_generator(person_id, operator=operator)


def _row(person_id: str) -> bytes:
    """What the seed is bound to: moved to another row, it does not open."""
    return f"{person_id}|totp".encode()

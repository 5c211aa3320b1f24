"""RFC 8628 §4: what discovery says of devices."""

from tests.actors import ISSUER, Person
from tests.approving import DEVICE_CODE


def test_section_4_the_endpoint_and_the_grant_are_announced(stranger: Person) -> None:
    """RFC 8628 §4: device_authorization_endpoint, and the grant among grant_types_supported."""
    document = stranger.get("/.well-known/openid-configuration").json or {}
    assert document["device_authorization_endpoint"] == f"{ISSUER}/device_authorization"
    assert DEVICE_CODE in document["grant_types_supported"]

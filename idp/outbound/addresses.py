"""Which network addresses may be called: public ones, and those the operator names (attack book M02, M05).

The list is our own, and complete by itself: what counts as private in the standard library changes between
its versions, and misses the addresses by which IPv6 carries IPv4.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any

from idp import settings
from idp.outbound.deadline import Deadline
from idp.outbound.failures import Refused, Unreachable

#: A family, and what ``connect`` takes.
Place = tuple[socket.AddressFamily, tuple[Any, ...]]

_CLOSED_V4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
#: Global unicast (RFC 4291 §2.4) is the only IPv6 that is called; in it, what is not a host of its own.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
#: Where clouds tell a machine its secrets, beside 169.254.0.0/16: public, shared and unique local ones.
_MACHINE_SERVICES = frozenset(
    map(ip_address, ("168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254"))
)
_LOOPBACK = (IPv4Network("127.0.0.1/32"), IPv6Network("::1/128"))

#: Name look-ups that may be under way; the system's resolver knows no deadline.
_LOOK_UPS = BoundedSemaphore(16)


def resolve(host: str, port: int, *, secure: bool, deadline: Deadline) -> list[Place]:
    """The places behind a name, asked for once; every one of them is judged, and one bad spoils all.

    A name with an address inside and one outside is an attack, not an accident (DNS rebinding).
    """
    places = _look_up(host, port, deadline)
    for _, place in places:
        if not may_call(ip_address(str(place[0]).partition("%")[0]), secure=secure):
            raise Refused("the name leads to an address that may not be called")
    return places


def may_call(address: IPv4Address | IPv6Address, *, secure: bool) -> bool:
    """Whether an address may be called, by TLS or (loopback only) without."""
    conf = settings.current()
    if any(address in network for network in _LOOPBACK):
        return conf.outbound_loopback
    if address in _MACHINE_SERVICES:
        return False
    return secure and (is_public(address) or any(address in ip_network(n) for n in conf.outbound_networks))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the public Internet (RFC 6890), and none that hides another one."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def _look_up(host: str, port: int, deadline: Deadline) -> list[Place]:
    if not _LOOK_UPS.acquire(timeout=deadline.left()):
        raise Unreachable("too many names are being resolved")
    answered: SimpleQueue[list[Place]] = SimpleQueue()
    Thread(target=_ask, args=(host, port, answered), name="resolver", daemon=True).start()
    try:
        places = answered.get(timeout=deadline.left())
    except Empty:
        raise Unreachable("the name was not resolved in time") from None
    if not places:
        raise Unreachable("the name is not known")
    return places


def _ask(host: str, port: int, answered: "SimpleQueue[list[Place]]") -> None:
    found: list[Place] = []
    try:
        for family, _, _, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            found.append((family, place))
    except (OSError, UnicodeError):
        pass
    finally:
        _LOOK_UPS.release()
        answered.put(found)

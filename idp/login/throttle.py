"""How many failures are borne: tries counted in Redis, one atomic script a check; failures kept in SQL.

A try is charged before the password is looked at and given back when it was right, so that a thousand
guesses sent at once are counted like a thousand sent in turn, and a process that dies has counted too much
rather than too little. A failure is also counted in SQL before it is answered, and each check looks there as
well: a Redis that was flushed, or lost what it wrote last, forgets no more than the tries that were not
answered yet (decision 0019). Who tries is counted by the identifier as typed, known to us or not: the answers
of existing and absent accounts are the same, and one person's number and phone share no counter by which a
stranger could learn that they belong together.

    counter           counts                                    lets pass in spite of it
    (who, network)    tries of one account from one place       a device known to belong to the person
    (who)             tries of one account from unknown devices a device known to belong to the person
    (who, device)     tries of one account from a known device
    (network)         failures from one place, any account      a device known to belong to the person
                      (in Redis alone: it holds back a crowd, not the guesses at one account)
    (factor)          wrong one-time codes after a right password
    (code)            wrong codes of devices, from one address or by one person who is logged in

So nobody can lock a person out of a device they used before; and an address shared by hundreds of honest
people is paused for its failures, never for its logins.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

from idp import keyring, settings
from idp.base import clock
from idp.base.errors import Unavailable
from idp.base.secret import b64url
from idp.login import queries, scripts, service
from idp.login.rule import NOTHING, Rule
from idp.store import redis

#: All counters of a login lie in one slot, so that one script may judge them together (Redis Cluster).
_SLOT = "throttle:{login}"


class Paused(Exception):
    """No further try now; ``seconds`` to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Spray:
    """Many accounts failed within ``window`` seconds: ``where`` is one network or everywhere."""

    where: str
    accounts: int
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One try that was charged; say how it ended."""

    who: str
    network: str
    charged: tuple[tuple[str, Rule], ...]
    #: Tries left before the account is paused for long.
    left: int
    #: The moment it was charged.
    at: int
    #: Whether there are failures of before that a right password forgives.
    forgivable: bool

    def failed(self) -> list[Spray]:
        """The try was wrong: it stays charged, and counts against its network; new signs of spraying.

        Kept before it is answered; raises ``Unavailable`` when that fails.
        """
        service.count(self.charged, self.at)
        return self._sprays() if self.network else []

    def _sprays(self) -> list[Spray]:
        rules = settings.current()
        window = rules.login_failure_window
        bucket = clock.now() // window
        keys = (
            _network_key(self.network),
            f"{_SLOT}:spray:{self.network}:{bucket}",
            f"{_SLOT}:told:{self.network}:{bucket}",
            f"{_SLOT}:spray-all:{bucket}",
            f"{_SLOT}:networks:{bucket}",
            f"{_SLOT}:told-all:{bucket}",
        )
        here, everywhere = scripts.FAILED.run(
            keys,
            (
                clock.now(),
                window,
                rules.login_network_failures,
                rules.login_network_pause,
                self.who,
                self.network,
                rules.login_spray_accounts,
                rules.login_spray_accounts_everywhere,
            ),
        )
        found = (("network", here), ("everywhere", everywhere))
        return [Spray(where=where, accounts=count, window=window) for where, count in found if count]

    def succeeded(self) -> None:
        """The try was right: what this place or device failed before is forgiven, the rest is kept."""
        first, *others = self.charged
        if self.forgivable:
            service.forgive(first[0])
        _give_back(others, ("DEL", first[0]))

    def released(self) -> None:
        """Nobody looked at the try: it is given back."""
        _give_back(self.charged)

    @contextmanager
    def weighing(self) -> Iterator[None]:
        """While the try is looked at: a store that is away in the middle costs nobody a try."""
        try:
            yield
        except Unavailable:
            self.released()
            raise

    def weighed(self, check: Callable[[], bool]) -> bool:
        """Whether the try is right, and charge it so."""
        with self.weighing():
            right = check()
        if right:
            self.succeeded()
        else:
            self.failed()
        return right


def admit(name: str, address: str, device: str) -> Permit:
    """Charge one try of an account, or raise ``Paused``; ``device`` is the known device's id, or empty."""
    who, network = _tag("who", name), network_tag(address)
    if device:
        charged = [(f"{_SLOT}:device:{who}:{_tag('device', device)}", _place_rule())]
        return _admit(charged, [], who, network)
    charged = [(f"{_SLOT}:place:{who}:{network}", _place_rule()), (f"{_SLOT}:who:{who}", _account_rule())]
    return _admit(charged, [(_network_key(network), _network_rule())], who, network)


def admit_factor(person_id: str) -> Permit:
    """Charge one one-time code of a person whose password was right, wherever it comes from."""
    who = _tag("factor", person_id)
    return _admit([(f"{_SLOT}:factor:{who}", _factor_rule())], [], who, "")


def admit_user_code(person_id: str | None, address: str) -> Permit:
    """Charge one try of a device's code (RFC 8628 §5.1); give it back when the code was right.

    Citizens of one hall share its address: whoever is logged in is counted apart, and the address so high
    that only a crowd of guessing accounts is held back by it.
    """
    network = network_tag(address)
    if person_id is None:
        return _admit([(f"{_SLOT}:code:{network}", _code_rule(1))], [], network, "")
    who = _tag("code", person_id)
    charged = [(f"{_SLOT}:code:{who}", _code_rule(1)), (f"{_SLOT}:codes:{network}", _code_rule(10))]
    return _admit(charged, [], who, "")


def counters_of(person_id: str, *names: str) -> tuple[str, ...]:
    """What the counters of one person begin with: of these names as typed, of a session, of the factors."""
    whose = [_tag("who", name) for name in (*names, f"session|{person_id}")]
    own = [f"factor:{_tag('factor', person_id)}", f"code:{_tag('code', person_id)}"]
    own += [f"{kind}:{who}" for who in whose for kind in ("who", "place", "device")]
    return tuple(f"{_SLOT}:{one}" for one in own)


def paused_until(counters: Sequence[str]) -> int | None:
    """Until when some of the counters that begin so hold back further tries; none: not at all."""
    return queries.paused_until(counters, clock.now())


def lift(
    counters: Sequence[str], *, person_id: str, cause: str, operator: str, source: str | None = None
) -> int:
    """Forgive what was counted under these beginnings, on record; how many counters there were.

    SQL first: what is left there would be put back into Redis by the next try.
    """
    lifted = service.lift(counters, person_id=person_id, cause=cause, operator=operator, source=source)
    redis.call("DEL", *{*counters, *lifted})
    return len(lifted)


def _admit(
    charged: Sequence[tuple[str, Rule]], looked_at: Sequence[tuple[str, Rule]], who: str, network: str
) -> Permit:
    moment = clock.now()
    kept = queries.kept([key for key, _ in charged])
    arguments: list[Any] = [moment]
    for key, rule in charged:
        arguments += (*rule.arguments(charged=True), *kept.get(key, NOTHING).arguments())
    for _, rule in looked_at:
        arguments += (*rule.arguments(charged=False), *NOTHING.arguments())
    wait, left = scripts.ADMIT.run([key for key, _ in (*charged, *looked_at)], arguments)
    if wait:
        raise Paused(int(wait))
    return Permit(
        who=who, network=network, charged=tuple(charged), left=max(0, int(left)), at=moment,
        forgivable=charged[0][0] in kept,
    )  # fmt: skip


def _give_back(counters: Sequence[tuple[str, Rule]], *beside: tuple[Any, ...]) -> None:
    if counters:
        scripts.GIVE_BACK.run([key for key, _ in counters], [rule.slow_at for _, rule in counters], *beside)
    elif beside:
        redis.pipeline(*beside)


def network_tag(address: str) -> str:
    """What stands for an address, or the network it lies in, in a counter."""
    return _tag("network", _network(address))


def _network_key(network: str) -> str:
    return f"{_SLOT}:network:{network}"


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: within one, addresses cost nothing."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or parsed.packed[:8].hex())
    return str(parsed)


def _tag(kind: str, text: str) -> str:
    """A keyed digest: a dump of Redis tells nobody's number, phone or address."""
    key = keyring.derive("login throttle")
    return b64url(hmac.digest(key, f"{kind}|{text}".encode(), hashlib.sha256)[:16])


def _place_rule() -> Rule:
    rules = settings.current()
    return Rule(
        window=rules.login_failure_window,
        slow_at=rules.login_slow_failures,
        slow_pause=rules.login_slow_pause,
        lock_at=rules.login_lock_failures,
        lock_pause=rules.login_lock_pause,
    )


def _account_rule() -> Rule:
    rules = settings.current()
    limit, pause = rules.login_account_failures, rules.login_lock_pause
    return Rule(window=86400, slow_at=limit, slow_pause=pause, lock_at=limit, lock_pause=pause)


def _network_rule() -> Rule:
    rules = settings.current()
    limit, pause = rules.login_network_failures, rules.login_network_pause
    return Rule(
        window=rules.login_failure_window, slow_at=limit, slow_pause=pause, lock_at=limit, lock_pause=pause
    )


def _factor_rule() -> Rule:
    rules = settings.current()
    limit, pause = rules.login_factor_failures, rules.login_lock_pause
    return Rule(
        window=rules.login_failure_window, slow_at=limit, slow_pause=pause, lock_at=limit, lock_pause=pause
    )


def _code_rule(times: int) -> Rule:
    rules = settings.current()
    limit, pause = rules.user_code_failures * times, rules.user_code_pause
    return Rule(
        window=rules.login_failure_window, slow_at=limit, slow_pause=pause, lock_at=limit, lock_pause=pause
    )

"""Out of one installation, into an empty one, and out again: the same bytes; for any configuration."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from idp import notation
from idp.app import forget_caches
from idp.base import clock
from idp.base.clock import SHANGHAI
from tests.configurations import apply, exported, faults, file
from tests.conftest import _empty_tables
from tests.registrations import entry, native, service_entry

pytestmark = pytest.mark.usefixtures("stores")

DAY = 86400
CODES = ("010000", "010100", "010101", "020000")
BODIES = tuple(f"5f0c6f9a-0000-4000-8000-{number:012d}" for number in range(3))
KEYS = {
    "keys": [
        ECKey.generate_key(
            "P-256", {"kid": "k: 1", "use": "sig", "alg": "ES256"}, private=False
        ).as_dict(private=False)
    ]
}  # fmt: skip

names = st.text(st.sampled_from("示范省市AbZ0（）·、-"), min_size=2, max_size=8).filter(
    lambda name: name[0] not in "-=+@" and "  " not in name
)
texts = st.text(st.sampled_from("今晚维护éñ:;,.'\"!?#&%*{}[]|~"), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and text[0] not in "=+-@"
)
items = st.fixed_dictionaries({
    "name": names, "name_en": names, "level": st.integers(1, 4),
    "user_types": st.sampled_from([["natural"], ["natural", "legal"]]),
    "scopes": st.sampled_from([["*"], ["profile"], []]),
    "mandate_kinds": st.sampled_from([[], ["legal_representative"]]),
})  # fmt: skip
codes = st.from_regex(r"[A-Z0-9][A-Z0-9.-]{0,8}", fullmatch=True)
rules = st.fixed_dictionaries({
    "min_level": st.integers(1, 4), "max_age": st.none() | st.integers(60, 86400),
    "legal_level": st.integers(1, 4), "offline_access": st.booleans(),
})  # fmt: skip


def moment(days: int) -> str:
    return datetime.fromtimestamp(clock.now() + days * DAY, SHANGHAI).isoformat()


@st.composite
def client_entries(draw: Any) -> list[dict[str, Any]]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        own = {
            "client_id": f"portal-{number}",
            "name": draw(names),
            "sector": f"s{number}.example",
            "division": draw(st.sampled_from(("000000", *CODES))),
            "purpose": draw(st.just("办理 示范: 事项")),
            "min_level": draw(st.sampled_from([1, "l2", 3])),
        }
        kind = draw(st.sampled_from(["secret", "key", "native", "system", "fapi"]))
        if kind == "key":
            own |= {"token_endpoint_auth_method": "private_key_jwt", "jwks": KEYS, "listed": False}
        if kind == "fapi":
            own |= {"token_endpoint_auth_method": "private_key_jwt", "jwks": KEYS, "profile": "fapi2"}
        make = {"native": native, "system": service_entry}.get(kind, entry)
        made.append(make(**own) | ({"suspended": True} if draw(st.booleans()) else {}))
    return made


@st.composite
def configurations(draw: Any) -> str:
    portals = draw(client_entries())
    told = [
        {"client_id": one["client_id"], "starts_at": moment(draw(st.integers(-3, 3))), "ends_at": moment(9),
         "text": draw(texts), "text_en": draw(texts)}
        for one in portals if draw(st.booleans())
    ]  # fmt: skip
    catalogue = draw(
        st.dictionaries(st.from_regex(r"[A-Z0-9][A-Z0-9.-]{0,8}", fullmatch=True), items, max_size=3)
    )
    return file(
        divisions=[{"code": code, "name": draw(names), "name_en": draw(names)} for code in CODES],
        departments=[
            {"id": one, "division": draw(st.sampled_from(CODES)), "name": draw(names), "name_en": draw(names)}
            | ({} if draw(st.booleans()) else {"active": False})
            for one in BODIES
        ],
        software_issuers=draw(st.sampled_from([[], [{"issuer": "https://i.example", "jwks": KEYS}]])),
        clients=portals,
        announcements=told,
        policies=[
            {"kind": "items", "division": draw(st.sampled_from(CODES)), "document": {"items": catalogue}},
            {"kind": "rules", "division": "010101", "document": draw(rules)},
            {"kind": "rules", "division": "020000", "document": draw(rules)},
        ],
    )


def emptied() -> None:
    """An installation like on its first day."""
    _empty_tables()
    forget_caches()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(configurations(), st.booleans())
def test_out_of_one_installation_into_another_and_out_again(text: str, as_json: bool) -> None:
    emptied()
    apply(text)
    first = exported(json=as_json)
    assert apply(first, prune=True).changes == ()
    assert apply(text).changes == ()
    emptied()
    apply(first)
    assert exported(json=as_json) == first
    for part in ("010000", "010100", "020000"):
        again = exported(part)
        assert apply(again, prune=True).changes == ()
        assert notation.read(again, largest=10**6)["within"] == part


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(configurations(), st.data())
def test_whatever_is_done_to_a_file_it_is_applied_or_refused_with_lines(text: str, data: Any) -> None:
    emptied()
    apply(text)
    rows = exported().splitlines()
    for _ in range(3):
        at = data.draw(st.integers(0, len(rows) - 1))
        rows[at] = data.draw(
            st.sampled_from(
                [rows[at][:-1], rows[at] + "x", "", rows[at].replace(":", ": ["), f"{rows[at]}: {{"]
            )
            | st.sampled_from(rows)
        )
    for fault in faults("\n".join(rows)):
        assert 1 <= int(fault.split(":")[0].removeprefix("line ")) <= len(rows) + 2

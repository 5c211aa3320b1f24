"""The demonstration's policies: catalogue, rules and branding of its province."""

from pathlib import Path
from typing import Any

from idp.divisions import NATION, Reach
from idp.policies import KindName, queries, service

_CATALOGUE = Path(__file__).with_name("catalogue.csv")
_PROVINCE = "010000"
_EVERYWHERE = Reach(division=NATION)
_WHY = "演示"
_OPERATOR = "demo"

_OTHERS: dict[KindName, dict[str, Any]] = {
    "rules": {"min_level": 1, "max_age": 28800, "legal_level": 2, "offline_access": True},
    "branding": {
        "name": "示范省政务服务",
        "name_en": "Demo Province Government Services",
        "hotline": "12345",
        "hours": "工作日9时至17时",
        "hours_en": "Working days, 9 to 17",
        "accent": "teal",
        "icp": "示ICP备00000001号",
        "police": "",
    },
}


def publish() -> None:
    """Put each in force that has no version yet; what was changed since stays changed."""
    if queries.current("items", _PROVINCE) is None:
        sheet = _CATALOGUE.read_bytes()
        draft = service.draft_sheet(_PROVINCE, sheet, base=0, operator=_OPERATOR, reach=_EVERYWHERE)
        service.publish(draft, why=_WHY, expected=0, operator=_OPERATOR, reach=_EVERYWHERE)
    for kind, document in _OTHERS.items():
        if queries.current(kind, _PROVINCE) is None:
            draft = service.draft(kind, _PROVINCE, document, base=0, operator=_OPERATOR, reach=_EVERYWHERE)
            service.publish(draft, why=_WHY, expected=0, operator=_OPERATOR, reach=_EVERYWHERE)

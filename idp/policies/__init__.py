"""What holds for portals by where they stand: service items, rules, branding and notices of divisions.

Owns: the kinds of policies, their versions and drafts, and what they come to along the administration tree.
Not here: the requests held to them (``idp.oidc``, ``idp.login``), the pages that write them (``idp.admin``).
"""

from idp.policies.combination import Combined, Policies
from idp.policies.difference import Difference, diff
from idp.policies.fault import Fault, Faulty
from idp.policies.kinds.items import Item
from idp.policies.policy import Draft, KindName, Version
from idp.policies.snapshot import at_hand, current, expire, forget

__all__ = [
    "Combined", "Difference", "Draft", "Fault", "Faulty", "Item", "KindName", "Policies", "Version",
    "at_hand", "current", "diff", "expire", "forget",
]  # fmt: skip

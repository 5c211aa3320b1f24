"""The administration tree: divisions of nation, province, city and county, and the departments within them.

Owns: the tree, its codes (GB/T 2260), and what of it an administrator reaches.
Not here: who the administrators are (``idp.staff``) and which portals a department runs (``clients``).
"""

from idp.divisions.division import NATION, Department, Division, Kind, Reach, kind_of, parent_of, prefix
from idp.divisions.queries import department, departments, divisions, find, named, place, within

__all__ = [
    "NATION",
    "Department",
    "Division",
    "Kind",
    "Reach",
    "department",
    "departments",
    "divisions",
    "find",
    "kind_of",
    "named",
    "parent_of",
    "place",
    "prefix",
    "within",
]

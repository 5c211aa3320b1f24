"""A person is stopped by ``idp.logout.people`` alone: the bare verbs leave everybody logged in."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERBS = r"(?:freeze|record_death|close)\b"
ALLOWED = {"idp/logout/people.py"}


def stoppers() -> set[str]:
    """The modules that use a verb of ``idp.persons.service`` which stops an account."""
    found = set()
    for path in (*ROOT.glob("idp/**/*.py"), *ROOT.glob("clients/**/*.py")):
        name = str(path.relative_to(ROOT))
        text = path.read_text("utf-8")
        aliases = re.findall(r"from idp\.persons import (?:.*, )?service(?: as (\w+))?", text)
        used = any(re.search(rf"\b{alias or 'service'}\.{VERBS}", text) for alias in aliases)
        named = re.search(rf"from idp\.persons\.service import .*\b{VERBS}", text)
        if not name.startswith("idp/persons/") and (used or named):
            found.add(name)
    return found


def test_nobody_stops_a_person_and_leaves_the_logins() -> None:
    assert stoppers() == ALLOWED

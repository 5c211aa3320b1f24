"""Masks for personal data shown in tokens, pages and records (decision 0005).

Masks of one field never complement each other: there is one mask a field.
"""


def mask_id_number(number: str) -> str:
    """First and last character kept: ``0****************X``."""
    return number[0] + "*" * (len(number) - 2) + number[-1] if len(number) > 2 else "*" * len(number)


def mask_name(name: str) -> str:
    """``张*`` for two characters, first and last kept from three on."""
    if len(name) < 2:
        return "*"
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """First three and last four digits of a mainland number (``138****1234``), last two of any other."""
    number = phone.removeprefix("+86")
    if len(number) == 11 and number.isdigit():
        return f"{number[:3]}****{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]

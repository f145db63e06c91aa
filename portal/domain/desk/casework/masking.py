"""Masked personal fields.

Enough to recognize the right household, too little to copy it (``security.md`` A11).
"""

from datetime import date

HIDDEN = "●"


def mask_name(name: str) -> str:
    """Keep the first character of each part of a name: 山田　太郎 becomes 山●　太●."""
    parts = name.replace("\u3000", " ").split(" ")
    return "\u3000".join(part[:1] + HIDDEN * max(1, len(part) - 1) for part in parts if part)


def mask_birth(birth: date | None) -> str:
    """Keep the year of a birth date."""
    return f"{birth.year}-{HIDDEN * 2}-{HIDDEN * 2}" if birth else ""


def mask_postal_code(code: str) -> str:
    """Keep the first three digits of a postal code."""
    return f"{code[:3]}-{HIDDEN * 4}" if code else ""


def mask_address(town: str) -> str:
    """Keep the town; street and building are hidden."""
    return f"{town}\u3000{HIDDEN * 3}"


def mask_number(number: str) -> str:
    """Keep the last three characters of a number."""
    return HIDDEN * 3 + number[-3:] if len(number) > 3 else HIDDEN * 3

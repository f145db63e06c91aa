"""Masked personal fields (``security.md`` A11).

They show enough to recognize the right household, and too little to copy it.
"""

from datetime import date

HIDDEN = "●"


def mask_name(name: str) -> str:
    """Return a name with only the first character of each part: 山田　太郎 becomes 山●　太●."""
    parts = name.replace("\u3000", " ").split(" ")
    return "\u3000".join(part[:1] + HIDDEN * max(1, len(part) - 1) for part in parts if part)


def mask_birth(birth: date | None) -> str:
    """Return a birth date with only its year."""
    return f"{birth.year}-{HIDDEN * 2}-{HIDDEN * 2}" if birth else ""


def mask_postal_code(code: str) -> str:
    """Return a postal code with only its first three digits."""
    return f"{code[:3]}-{HIDDEN * 4}" if code else ""


def mask_address(town: str) -> str:
    """Return an address with only its town."""
    return f"{town}\u3000{HIDDEN * 3}"


def mask_number(number: str) -> str:
    """Return a number with only its last three characters."""
    return HIDDEN * 3 + number[-3:] if len(number) > 3 else HIDDEN * 3

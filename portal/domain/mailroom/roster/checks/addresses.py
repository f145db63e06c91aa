"""Check the address of a row: postal code against the town list, length, and characters."""

from functools import lru_cache
from typing import NamedTuple

from portal.domain.mailroom.roster.checks import characters, codes
from portal.domain.mailroom.roster.checks.rows import Address, RosterRules
from portal.domain.mailroom.roster.files.layout import FileKind, Layout

INSTITUTION_BUILDINGS = (
    "児童養護施設",
    "乳児院",
    "児童自立支援施設",
    "児童心理治療施設",
    "障害児入所施設",
    "自立援助ホーム",
)


class AddressView(NamedTuple):
    """The codes of an address's findings, and a key that ignores width and spaces."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    key: str
    institutional: bool


class AddressRules:
    """Applies a program's town list and limits; repeated addresses of a household are cached."""

    def __init__(self, layout: Layout, rules: RosterRules) -> None:
        self._encoding = layout.encoding
        self._limit = rules.long_address_limit
        self._towns = {
            postal: frozenset(map(characters.fold, towns)) for postal, towns in rules.towns.items()
        }
        column = layout.by_field["postal_code"]
        self._postal_width = column.width if layout.kind is FileKind.FIXED else 0
        self.view = lru_cache(maxsize=20_000)(self._view)

    def _complete_postal(self, text: str, digits: str, town: str) -> str:
        """Complete a full-width code that was cut to its field's width, if the town allows one."""
        if len(digits) < 3 or len(text.encode(self._encoding, "replace")) < self._postal_width - 1:
            return digits
        key = characters.fold(town)
        found = [
            code for code, towns in self._towns.items() if code.startswith(digits) and key in towns
        ]
        return found[0] if len(found) == 1 and not text.isascii() else digits

    def plain(self, postal_code: str, town: str, block: str, building_room: str) -> Address:
        """Return an address as it is stored."""
        digits = characters.digits_of(postal_code)
        if self._postal_width and not characters.is_number(digits, 7):
            digits = self._complete_postal(postal_code, digits, town)
        return Address(digits, town, block, building_room)

    def _view(self, postal_code: str, town: str, block: str, building_room: str) -> AddressView:
        errors: list[str] = []
        warnings: list[str] = []
        digits = self.plain(postal_code, town, block, building_room).postal_code
        if not characters.is_number(digits, 7):
            errors.append(codes.E07_POSTAL)
        if not town.strip():
            errors.append(codes.E08_TOWN)
        if (
            not errors
            and self._towns
            and characters.fold(town) not in self._towns.get(digits, frozenset())
        ):
            warnings.append(codes.W07_POSTAL_TOWN)
        parts = (town, block, building_room)
        whole = "".join(parts)
        if characters.GAIJI.search(whole):
            warnings.append(codes.W02_GAIJI)
        if characters.beyond_jisx0208(whole):
            warnings.append(codes.W03_NOT_IN_JISX0208)
        if characters.HALF_WIDTH_KANA.search(whole) or any(part != part.strip() for part in parts):
            warnings.append(codes.W13_WIDTH_NORMALISED)
        if len(whole) > self._limit:
            warnings.append(codes.W17_LONG_ADDRESS)
        key = "\x1f".join((digits, *map(characters.fold, parts)))
        institutional = any(word in building_room for word in INSTITUTION_BUILDINGS)
        return AddressView(
            tuple(errors),
            tuple(warnings),
            key,
            institutional,
        )

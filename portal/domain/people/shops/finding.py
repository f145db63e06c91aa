"""Find shops by town, by the row of the kana with which they begin, and by words.

Words are folded as the search for families folds names: sekiya, ｓｅｋｉｙａ and せきや find
セキヤ, and 水鏡1丁目 finds 水鏡一丁目.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from portal.domain.people.households.folding import fold_name, fold_place
from portal.domain.people.households.romaji import readings, shortened
from portal.domain.people.shops.file import ShopLine

MOST_SIGNS, MOST_WORDS = 60, 4
"""Of what is typed; nobody looks for more, and each word costs a look at every shop."""


class KanaRow(StrEnum):
    """The rows of the kana, by the syllable that names them."""

    A = "a"
    KA = "ka"
    SA = "sa"
    TA = "ta"
    NA = "na"
    HA = "ha"
    MA = "ma"
    YA = "ya"
    RA = "ra"
    WA = "wa"


SIGNS = {
    KanaRow.A: "アイウエオァィゥェォ",
    KanaRow.KA: "カキクケコヵヶ",
    KanaRow.SA: "サシスセソ",
    KanaRow.TA: "タチツテトッ",
    KanaRow.NA: "ナニヌネノ",
    KanaRow.HA: "ハヒフヘホ",
    KanaRow.MA: "マミムメモ",
    KanaRow.YA: "ヤユヨャュョ",
    KanaRow.RA: "ラリルレロ",
    KanaRow.WA: "ワヰヱヲンヮ",
}
ROW_OF = {sign: row for row, signs in SIGNS.items() for sign in signs}


@dataclass(frozen=True, slots=True)
class ShopEntry:
    """A shop with what is looked through, folded once.

    Attributes:
        line: The shop, as the file has it.
        row: The row of its first kana.
        words: Name, kinds and reading, folded.
        sound: The reading, folded and without long vowels.
        place: Town and address, folded.
    """

    line: ShopLine
    row: KanaRow
    words: str = field(repr=False)
    sound: str = field(repr=False)
    place: str = field(repr=False)

    @classmethod
    def of(cls, line: ShopLine) -> "ShopEntry":
        """Fold a shop."""
        kana = fold_name(line.kana)
        return cls(
            line,
            row_of(line.kana),
            f"{fold_name(line.name)}\n{fold_name(line.kinds)}\n{kana}",
            shortened(kana),
            fold_place(f"{line.town}{line.address}"),
        )


def row_of(kana: str) -> KanaRow:
    """Return the row of the first kana of a reading in katakana; が stands in the row of か."""
    plain = unicodedata.normalize("NFD", kana)
    return next((ROW_OF[sign] for sign in plain if sign in ROW_OF), KanaRow.A)


class Wish(Struct, frozen=True):
    """What somebody looks for: words as typed, a town ("": any), a row (None: any)."""

    words: str = ""
    town: str = ""
    row: KanaRow | None = None


def found(shops: Sequence[ShopEntry], wish: Wish) -> list[ShopEntry]:
    """Return the shops that fit, in their order."""
    tests = [_Word.of(word) for word in wish.words[:MOST_SIGNS].split()[:MOST_WORDS]]
    return [
        shop
        for shop in shops
        if (not wish.town or shop.line.town == wish.town)
        and wish.row in {None, shop.row}
        and all(test.fits(shop) for test in tests)
    ]


class _Word(Struct, frozen=True):
    """A word, folded in each way in which it may be meant."""

    name: str
    sounds: tuple[str, ...]
    place: str

    @classmethod
    def of(cls, word: str) -> "_Word":
        name = fold_name(word)
        sounds = (*readings(name), name)
        short = tuple(one for sound in sounds if (one := shortened(sound)))
        return cls(name, short, fold_place(word))

    def fits(self, shop: ShopEntry) -> bool:
        if not self.name and not self.place:
            return True  # nothing but marks: that says nothing
        return (
            (bool(self.name) and self.name in shop.words)
            or any(sound in shop.sound for sound in self.sounds)
            or (bool(self.place) and self.place in shop.place)
        )

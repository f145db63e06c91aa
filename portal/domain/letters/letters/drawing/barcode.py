"""Japan Post's customer barcode of an address, for sorting."""

import re

# Japan Post, postal code and barcode manual: each symbol is three bars.
# 1 long, 2 upper half, 3 lower half, 4 timing bar only.
SYMBOL_BARS = {
    "0": "144",
    "1": "114",
    "2": "132",
    "3": "312",
    "4": "123",
    "5": "141",
    "6": "321",
    "7": "213",
    "8": "231",
    "9": "411",
    "-": "414",
    "CC1": "324",
    "CC2": "342",
    "CC3": "234",
    "CC4": "432",
    "CC5": "243",
    "CC6": "423",
    "CC7": "441",
    "CC8": "111",
}
START_BARS, STOP_BARS = "13", "31"
CHECK_ORDER = (*"0123456789-", *(f"CC{n}" for n in range(1, 9)))
CHECK_VALUE = {symbol: value for value, symbol in enumerate(CHECK_ORDER)}
ADDRESS_SYMBOLS = 13
FILLER = "CC4"

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
KANJI_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
KANJI_UNITS = {"十": 10, "百": 100, "千": 1000}
KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百千]+(?=丁目|丁|番地|番|号|地割|線|の|ノ)")
DROPPED = re.compile(r"[&/・･.]")
LETTER_RUN = re.compile(r"[A-Z]{2,}")
FLOOR = re.compile(r"(?<=[0-9])F(?![A-Z])")
NOT_PRINTED = re.compile(r"[^0-9A-Z]+")
LETTER_WITH_HYPHENS = re.compile(r"-?([A-Z])-?")
CHOME = re.compile(r"(?P<town>.*?)(?P<chome>[〇一二三四五六七八九十百0-9０-９]+丁目)$")


def split_chome(town: str) -> tuple[str, str]:
    """Split 潮見坂一丁目 into 潮見坂 and 一丁目; the postal code covers the former."""
    match = CHOME.match(town)
    return (match["town"], match["chome"]) if match and match["town"] else (town, "")


def address_number(rest: str) -> str:
    """Return the address number (住所表示番号) after the town name, such as 1-3-2-503.

    The rules are those of the manual: numbers in kanji count only before a counting word, letters
    count when they stand alone, an F after a number is a floor, everything else becomes one hyphen.
    """
    text = rest.translate(FULL_WIDTH).upper()
    text = KANJI_NUMBER.sub(lambda match: str(_kanji_number(match[0])), text)
    text = DROPPED.sub("", text)
    text = LETTER_RUN.sub("-", text)
    text = FLOOR.sub("-", text)
    text = NOT_PRINTED.sub("-", text).strip("-")
    return LETTER_WITH_HYPHENS.sub(r"\1", text)


def customer_symbols(postal_code: str, number: str) -> tuple[str, ...]:
    """Return the 21 symbols: postal code, address number cut or filled to 13, check symbol.

    The check symbol is modulo 19.
    """
    symbols = list(postal_code)
    for character in number:
        if character.isalpha():
            tens, ones = divmod(ord(character) - ord("A"), 10)
            symbols += [f"CC{tens + 1}", str(ones)]
        else:
            symbols.append(character)
    length = len(postal_code) + ADDRESS_SYMBOLS
    symbols = symbols[:length] + [FILLER] * (length - len(symbols))
    check = -sum(CHECK_VALUE[symbol] for symbol in symbols) % len(CHECK_ORDER)
    return (*symbols, CHECK_ORDER[check])


def customer_bars(postal_code: str, rest: str) -> str | None:
    """Return the 67 bars (digits 1 to 4) for a postal code and the address after the town name.

    Returns None if no barcode may be printed: for a postal code that is not seven digits, or that
    ends in 00 and so covers a whole area.
    """
    digits = re.sub(r"[^0-9]", "", postal_code.translate(FULL_WIDTH))
    if len(digits) != 7 or digits.endswith("00"):
        return None
    symbols = customer_symbols(digits, address_number(rest))
    return START_BARS + "".join(SYMBOL_BARS[symbol] for symbol in symbols) + STOP_BARS


def _kanji_number(text: str) -> int:
    total = current = 0
    for character in text:
        if character in KANJI_DIGITS:
            current = current * 10 + KANJI_DIGITS[character]
        else:
            total += (current or 1) * KANJI_UNITS[character]
            current = 0
    return total + current


def customer_path(bars: str) -> str:
    """Return customer bars as one SVG path on a half-pitch grid, 133 wide and 6 high."""
    top_and_length = {"1": (0, 6), "2": (0, 4), "3": (2, 4), "4": (2, 2)}
    parts = []
    for index, bar in enumerate(bars):
        top, length = top_and_length[bar]
        parts.append(f"M{2 * index} {top}h1v{length}h-1z")
    return "".join(parts)

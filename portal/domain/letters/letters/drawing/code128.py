"""Draw Code 128, the barcode of a letter's number, by which returned letters are scanned."""

from collections.abc import Sequence
from itertools import groupby

# ISO/IEC 15417: widths of bar, space, bar, space, bar, space for each value.
CODE128_WIDTHS = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]
CODE128_STOP = "2331112"
SWITCH_TO_C, SWITCH_TO_B, START_B, START_C = 99, 100, 104, 105


def code128_values(text: str) -> tuple[int, ...]:
    """Return the values of a Code 128 symbol, including start code and check digit.

    Runs of four or more digits are packed two to a value.

    Raises:
        ValueError: an empty text, or a character outside printable ASCII.
    """
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("Code 128 here takes printable ASCII only")
    values: list[int] = []
    packed: bool | None = None
    for pairs, run in _digit_runs(text):
        if pairs != packed:
            if packed is None:
                values.append(START_C if pairs else START_B)
            else:
                values.append(SWITCH_TO_C if pairs else SWITCH_TO_B)
            packed = pairs
        values += (
            [int(run[at : at + 2]) for at in range(0, len(run), 2)]
            if pairs
            else [ord(character) - 32 for character in run]
        )
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    return (*values, check)


def _digit_runs(text: str) -> list[tuple[bool, str]]:
    runs: list[tuple[bool, str]] = []
    for digits, group in groupby(text, str.isdigit):
        run = "".join(group)
        if not digits or len(run) < 4:
            runs.append((False, run))
            continue
        if len(run) % 2:
            runs.append((False, run[0]))
            run = run[1:]
        runs.append((True, run))
    return runs


def code128_widths(text: str) -> tuple[int, ...]:
    """Return the widths in modules of bars and spaces of a Code 128 symbol, without quiet zones."""
    symbols = [*(CODE128_WIDTHS[value] for value in code128_values(text)), CODE128_STOP]
    return tuple(int(width) for symbol in symbols for width in symbol)


def bars_path(widths: Sequence[int], height: int) -> str:
    """Return the bars of alternating widths as the data of one SVG path, ``height`` units high."""
    parts, x = [], 0
    for index, width in enumerate(widths):
        if index % 2 == 0:
            parts.append(f"M{x} 0h{width}v{height}h-{width}z")
        x += width
    return "".join(parts)

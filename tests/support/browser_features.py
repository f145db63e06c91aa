"""What our pages ask of a browser: features and their years, and stylesheets without the late ones.

"Late" is what some browser of five years ago lacks. A browser drops what it does not know: a
declaration, a whole rule for one selector, a block for its condition.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".toml")
DECLARATION = re.compile(r"(--)?[a-zA-Z-]+\s*:")
PSEUDO = re.compile(r"::?[a-z-]+")
CONDITION = re.compile(r"@[a-z-]+|(?<=\()[a-z-]+(?=[:)])|\bprint\b")
CALL = re.compile(r"\.([a-zA-Z]+)\(")
PART_OF = re.compile(r"\b(?:navigator|document|window)\.([a-zA-Z]+)")


@dataclass(frozen=True)
class Late:
    """A feature that some browser of five years ago lacks.

    Attributes:
        kind: property, value ("property: value", or a word of a list), pseudo, at_rule, api or
            attribute.
        name: How sources write it.
        year: Since when Chrome, Firefox and Safari all have it; 9999 where not all do.
        without: What happens where it is missing.
    """

    kind: str
    name: str
    year: int
    without: str


@dataclass(frozen=True)
class Features:
    """The table: names that are old enough, by kind, and late features."""

    counted_from: int
    old: dict[str, frozenset[str]]
    late: tuple[Late, ...]

    def late_names(self, kind: str) -> frozenset[str]:
        """Names of the late features of a kind."""
        return frozenset(one.name for one in self.late if one.kind == kind)


@cache
def features() -> Features:
    """The table as it stands."""
    found = tomllib.loads(TABLE.read_text("utf-8"))
    old = {kind: frozenset(names.split()) for kind, names in found["old"].items()}
    return Features(found["counted_from"], old, tuple(Late(**one) for one in found["late"]))


@dataclass(frozen=True)
class Block:
    """A rule of a stylesheet: what stands before its braces, its declarations, the rules inside."""

    head: str
    declarations: tuple[str, ...] = ()
    rules: tuple["Block", ...] = ()


def read_css(text: str) -> tuple[Block, ...]:
    """Read a stylesheet as our own are written: no braces or semicolons in strings."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    blocks, _end = _blocks(re.findall(r"[{}]|[^{};]+;?", bare), 0)
    return tuple(one for one in blocks if isinstance(one, Block))


def _blocks(tokens: list[str], at: int) -> tuple[list[Block | str], int]:
    found: list[Block | str] = []
    while at < len(tokens) and tokens[at] != "}":
        text = tokens[at].strip()
        if at + 1 < len(tokens) and tokens[at + 1] == "{":
            inside, at = _blocks(tokens, at + 2)
            lines = tuple(one for one in inside if isinstance(one, str))
            found.append(Block(text, lines, tuple(x for x in inside if isinstance(x, Block))))
        elif text and DECLARATION.match(text):
            found.append(text.rstrip(";"))
        at += 1
    return found, at


def without_late(text: str) -> str:
    """The stylesheet as a browser of five years ago understands it."""
    return "".join(_drawn(block) for block in read_css(text))


def _drawn(block: Block) -> str:
    late = features()
    if block.head.startswith("@"):
        supported = set(CONDITION.findall(block.head)) | set(PSEUDO.findall(block.head))
        if supported & (late.late_names("at_rule") | late.late_names("pseudo")):
            return ""
    elif any(_names(pseudo, block.head) for pseudo in late.late_names("pseudo")):
        return ""
    kept = [one for one in block.declarations if not _is_late(one)]
    return block.head + "{" + ";".join(kept) + "".join(_drawn(one) for one in block.rules) + "}"


def _names(pseudo: str, selector: str) -> bool:
    return re.search(rf"{re.escape(pseudo)}(?![\w-])", selector) is not None


def _is_late(declaration: str) -> bool:
    name, _colon, value = (part.strip() for part in declaration.partition(":"))
    table = features()
    if name in table.late_names("property"):
        return True
    for one in table.late_names("value"):
        owner, colon, word = (part.strip() for part in one.partition(":"))
        if (not colon and owner in value) or (owner == name and word == value):
            # a list of fonts is not dropped for one that nobody has
            return bool(colon)
    return False

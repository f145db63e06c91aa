"""The letter's fonts, and the characters of a name or an address that none of them can print."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

PACKAGES = ("noto_cjk_sans_otc", "noto_cjk_sans_jp_bold")
NAME_FAMILY = "Noto Sans CJK JP"
FONT_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}
PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# blanks that the letter prints as a gap whether or not a font draws them
BLANKS = {" ", "\u3000"}


class Face(Struct, frozen=True):
    """One font of the letter: its family name in Typst, and what it can draw."""

    family: str
    characters: frozenset[int]
    variants: frozenset[tuple[int, int]]

    def draws(self, cluster: str) -> bool:
        """Return whether the face has this character, with its variation selector if any."""
        if len(cluster) == 1:
            return ord(cluster) in self.characters
        return (ord(cluster[0]), ord(cluster[1])) in self.variants


class MissingCharacter(Struct, frozen=True):
    """A character that cannot be printed; ``position`` counts from 1, ``reason`` is for staff."""

    cluster: str
    position: int
    reason: str

    @property
    def code(self) -> str:
        """The code points in the usual notation, such as U+845B U+E0104."""
        return " ".join(f"U+{ord(character):04X}" for character in self.cluster)


def font_folders() -> tuple[Path, ...]:
    """Return the folders of the fonts that ship with the program.

    Raises:
        InputError: a package is missing.
    """
    folders = []
    for package in PACKAGES:
        try:
            with as_file(files(package)) as folder:
                folders.append(folder)
        except ModuleNotFoundError as error:
            raise InputError(
                _s("手紙の書体 %(package)s がありません。./run setup をもう一度実行してください。")
                % {"package": package},
                code="font_missing",
            ) from error
    return tuple(folders)


@lru_cache(maxsize=8)
def load_faces(extra_fonts: tuple[Path, ...] = ()) -> tuple[Face, ...]:
    """Return the faces for names in order of preference: Noto first, then the ward's own fonts.

    Cached for the life of the process.

    Raises:
        InputError: a file is not a font.
    """
    regular = next(
        path for path in sorted(font_folders()[0].iterdir()) if path.suffix.lower() in FONT_SUFFIXES
    )
    return tuple(_read_face(path) for path in (regular, *extra_fonts))


def _read_face(path: Path) -> Face:
    from fontTools.ttLib import TTFont, TTLibError  # noqa: PLC0415  (a site seldom reads one)

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            family = font["name"].getBestFamilyName()
            characters = frozenset(font.getBestCmap())
            variants = frozenset(
                (base, selector)
                for table in font["cmap"].tables
                if table.format == 14
                for selector, pairs in table.uvsDict.items()
                for base, _glyph in pairs
            )
    except (OSError, TTLibError, KeyError, TypeError) as error:
        raise InputError(
            _s(
                "書体ファイル %(path)s を読めません。TrueType か OpenType "
                "のファイルを指定してください。"
            )
            % {"path": path},
            code="font_unreadable",
        ) from error
    return Face(family, characters, variants)


def clusters(text: str) -> Iterator[str]:
    """Yield the characters of a text, each together with the variation selector that follows it."""
    held = ""
    for character in text:
        if held and SELECTOR.match(character) and len(held) == 1:
            yield held + character
            held = ""
            continue
        if held:
            yield held
        held = character
    if held:
        yield held


def missing_characters(
    text: str, faces: Sequence[Face] | None = None
) -> tuple[MissingCharacter, ...]:
    """Return the characters of a name or address that cannot be printed; empty if none.

    A private-use character is always listed, even if a font draws it: each ward uses it for another
    外字. So is a variant that the text's face lacks, because the renderer would silently draw the
    base character.
    """
    known = load_faces() if faces is None else faces
    chosen = _best_face(text, known)
    found = []
    for position, cluster in enumerate(clusters(text), 1):
        reason = _reason(cluster, chosen, known)
        if reason:
            found.append(MissingCharacter(cluster, position, reason))
    return tuple(found)


def face_for(text: str, faces: Sequence[Face] | None = None) -> str:
    """Return the family for a text: the first face that has most of it.

    A single character that it lacks is taken from another face, a variant never is.
    """
    return _best_face(text, load_faces() if faces is None else faces).family


def family_for(text: str, extra_fonts: tuple[Path, ...]) -> str:
    """Return the family for a text, reading fonts only if there is a choice.

    Reading them takes as long as drawing some letters.
    """
    return face_for(text, load_faces(extra_fonts)) if extra_fonts else NAME_FAMILY


def _best_face(text: str, faces: Sequence[Face]) -> Face:
    if len(faces) == 1:
        return faces[0]
    needed = [cluster for cluster in clusters(text) if cluster not in BLANKS]
    variants = [cluster for cluster in needed if len(cluster) > 1]
    # max() keeps the first of equals, and that is the preferred face
    return max(
        faces, key=lambda face: (sum(map(face.draws, variants)), sum(map(face.draws, needed)))
    )


def _reason(cluster: str, chosen: Face, faces: Sequence[Face]) -> str:
    if cluster in BLANKS:
        return ""
    if PRIVATE_USE.match(cluster):
        return _s("外字(私用領域)です。区が認めた印刷用の文字を登録してください。")
    if (
        unicodedata.category(cluster[0]) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
        or cluster[0] == "\ufffd"
    ):
        return _s("文字ではない符号です。元のデータを確かめてください。")
    if len(cluster) > 1:
        if chosen.draws(cluster):
            return ""
        return _s("この異体字を持つ書体がありません。区が認めた印刷用の文字を登録してください。")
    if any(face.draws(cluster) for face in faces):
        return ""
    return _s("この文字を持つ書体がありません。区が認めた印刷用の文字を登録してください。")

"""The scripts that come with the software: data files beside this module, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, _s

TEXTS = Path(__file__).with_name("texts")


class ScriptLanguage(Labeled):
    """The languages in which scripts are written."""

    JA = "ja", lambda: _s("日本語")
    EASY = "easy", lambda: _s("やさしい日本語")
    EN = "en", lambda: _s("英語")
    ZH = "zh", lambda: _s("中国語（簡体字）")
    KO = "ko", lambda: _s("韓国語")


LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        ScriptLanguage.JA: "ja",
        ScriptLanguage.EASY: "ja@easy",
        ScriptLanguage.EN: "en",
        ScriptLanguage.ZH: "zh_Hans",
        ScriptLanguage.KO: "ko",
    }
)
"""The locale of each script language."""


class ScriptPart(Labeled):
    """The part of a call in which a script is used."""

    GREETING = "greeting", lambda: _s("あいさつ")
    VERIFICATION = "verification", lambda: _s("本人の確認")
    ANSWER = "answer", lambda: _s("答え")
    CLOSING = "closing", lambda: _s("終わりのことば")
    HELP = "help", lambda: _s("困ったとき")


PARTS: tuple[str, ...] = tuple(ScriptPart)
"""The parts of a call, in order."""
CALL_BACK_GREETING = "greeting_call_back"
UNNAMED_GREETING = "greeting_call_back_unnamed"
"""The greeting for a household that asked callers not to name the ward."""
NAME_NOBODY = frozenset({UNNAMED_GREETING, "greeting_interpreter"})
"""The greetings that name neither the ward nor its call center."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a script.

    A title for lists in Japanese and English, and a text per language code.
    """

    title: str
    title_en: str
    texts: Mapping[str, str]
    hidden: bool = False

    def title_in(self, locale: str) -> str:
        """Return the title for a reader of the staff site."""
        return self.title_en if locale == "en" and self.title_en else self.title


class Script(Struct, frozen=True):
    """A script in its current version.

    ``number`` 0 is the text that came with the software, without author or time. ``category`` is
    the first level of a call's subject; empty if the script is not an answer.
    """

    key: str
    part: str
    category: str
    number: int
    draft: Draft
    author_id: int | None = None
    at: datetime | None = None
    restored_from: int | None = None

    @property
    def greets_by_name(self) -> bool:
        """Whether this is a greeting that names the ward or its call center, or may do so."""
        return self.part == ScriptPart.GREETING and self.key not in NAME_NOBODY


@lru_cache(maxsize=1)
def default_scripts() -> Mapping[str, Script]:
    """Return the scripts of the data files by key, in the order of a call, then of the files."""
    found: list[Script] = []
    for path in sorted(TEXTS.glob("*.toml")):
        with path.open("rb") as file:
            tables = tomllib.load(file)["script"]
        found += [
            Script(
                table["key"],
                table["part"],
                table.get("category", ""),
                0,
                Draft(
                    table["title"],
                    table["title_en"],
                    {code: table[code].strip() for code in LANGUAGES},
                ),
            )
            for table in tables
        ]
    found.sort(key=lambda script: PARTS.index(script.part))
    return MappingProxyType({script.key: script for script in found})

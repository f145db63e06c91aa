"""Strict reading of a table: every key is requested by name, every other key is an error."""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.texts import _s, plain

CLOCK_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# far enough for every birth date and program, near enough that arithmetic on days never fails
FIRST_YEAR, LAST_YEAR = 1900, 2199
DayReader = Callable[[str], date]
Member = TypeVar("Member", bound=StrEnum)


class Section:
    """One table of the file; getters record the keys read, ``finish`` reports all others."""

    def __init__(
        self,
        data: Mapping[str, object],
        *,
        where: str,
        problems: list[str],
        days: DayReader | None = None,
    ) -> None:
        self._data = data
        self.where = where
        self.problems = problems
        self.days = days
        self._known: set[str] = set()
        self._children: list[Section] = []

    def name_of(self, key: str) -> str:
        """Return the full name of a key, as a person would look for it in the file."""
        return f"{self.where}.{key}" if self.where else key

    def problem(self, key: str, sentence: str) -> None:
        """Record a fault of one key."""
        self.problems.append(
            _s("%(key)s: %(sentence)s") % {"key": self.name_of(key), "sentence": sentence}
        )

    def raw(self, key: str) -> object:
        """Return the value as it is in the file; None if it is missing."""
        self._known.add(key)
        return self._data.get(key)

    def has(self, key: str) -> bool:
        """Return whether the file contains this key."""
        self._known.add(key)
        return key in self._data

    def _get(
        self, key: str, kind: type | tuple[type, ...], expected: str, *, required: bool
    ) -> Any:
        self._known.add(key)
        if key not in self._data:
            if required:
                self.problem(key, _s("この項目がありません。書き加えてください。"))
            return None
        value = self._data[key]
        # bool is an int in Python; a person who writes true where a number belongs made a mistake
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem(key, _s("%(expected)sで書いてください。") % {"expected": expected})
            return None
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default the key is required and may not be empty."""
        value = self._get(key, str, _s("文字列"), required=default is None)
        if value is None:
            return default or ""
        if not value.strip() and default is None:
            self.problem(key, _s("空です。値を書いてください。"))
        return str(value).strip()

    def whole(
        self, key: str, default: int | None = None, *, low: int = 0, high: int = 1_000_000_000
    ) -> int:
        """Return an integer between ``low`` and ``high``."""
        value = self._get(key, int, _s("整数"), required=default is None)
        if value is None:
            return default if default is not None else low
        if not low <= value <= high:
            self.problem(
                key,
                _s("%(low)dから%(high)dまでの数で書いてください。") % {"low": low, "high": high},
            )
            return low
        return int(value)

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """Return a number (for example of millimeters) between ``low`` and ``high``."""
        value = self._get(key, (int, float), _s("数"), required=False)
        if value is None:
            return default
        if not low <= value <= high:
            self.problem(
                key,
                _s("%(low)gから%(high)gまでの数で書いてください。") % {"low": low, "high": high},
            )
            return default
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._get(key, bool, "true / false", required=False)
        return default if value is None else bool(value)

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the allowed words."""
        value = self.text(key, default)
        if value not in allowed and (self.has(key) or default is not None):
            self._refuse_word(key, value, allowed)
        return value if value in allowed else allowed[0]

    def choices(
        self, key: str, allowed: tuple[str, ...], default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Return those words of a list that are allowed, each once; every other is an error."""
        words = tuple(dict.fromkeys(self.words(key, default)))
        for word in words:
            if word not in allowed:
                self._refuse_word(key, word, allowed)
        return tuple(word for word in words if word in allowed)

    def _refuse_word(self, key: str, word: str, allowed: tuple[str, ...]) -> None:
        self.problem(
            key,
            _s("「%(value)s」は使えません。%(allowed)s のどれかにしてください。")
            % {"value": word, "allowed": " / ".join(allowed)},
        )

    def member(self, key: str, allowed: type[Member], default: Member | None = None) -> Member:
        """Return the member of an Enum whose value is the word."""
        return allowed(self.choice(key, tuple(allowed), default))

    def words(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._get(key, list, _s("文字列の並び"), required=default is None)
        if value is None:
            return default or ()
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.problem(
                key, _s("%(expected)sで書いてください。") % {"expected": _s("文字列の並び")}
            )
            return default or ()
        return tuple(item.strip() for item in value)

    def day(self, key: str) -> date:
        """Return a required day."""
        found = self.maybe_day(key, required=True)
        return found if found is not None else date.min

    def maybe_day(self, key: str, *, required: bool = False) -> date | None:
        """Return a day, or None if it is missing; ``days`` parses what people write."""
        value = self._get(key, (str, date), _s("日付"), required=required)
        if value is None:
            return None
        if isinstance(value, datetime):
            self.problem(key, _s("時刻を付けずに、最後に使える日だけを書いてください。"))
            return None
        try:
            day = value if isinstance(value, date) else (self.days or date.fromisoformat)(value)
        except ValueError as error:
            self.problem(key, str(error))
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.problem(
                key,
                _s("%(day)sという年は使えません。書き間違いがないか確かめてください。")
                % {"day": day.isoformat()},
            )
            return None
        return day

    def clock_time(self, key: str, default: time | None = None) -> time:
        """Return a time of day, written as 09:00."""
        value = self._get(key, (str, time), _s("9:00 のような時刻"), required=default is None)
        if isinstance(value, time):
            return value
        if value is not None:
            match = CLOCK_TIME.fullmatch(value.strip())
            if match is not None and int(match[1]) < 24:
                return time(int(match[1]), int(match[2]))
            self.problem(
                key, _s("%(expected)sで書いてください。") % {"expected": _s("9:00 のような時刻")}
            )
        return default or time(9, 0)

    def local(self, key: str, placeholders: frozenset[str] = frozenset()) -> LocalText:
        """Return a text in all six languages; a missing or empty one is an error."""
        return self.table(key).all_languages(placeholders)

    def all_languages(self, placeholders: frozenset[str]) -> LocalText:
        """Return this table itself as one text in six languages."""
        found: dict[str, str] = {}
        for locale in RESIDENT_LOCALES:
            value = self._get(locale, str, _s("文字列"), required=False)
            if value is None or not plain(value).strip():
                self.problem(
                    locale,
                    _s("この言語の文がありません。住民が読む文は6言語すべてで書いてください。"),
                )
                value = ""
            self.only_placeholders(locale, value, placeholders)
            if "%" in PLACEHOLDER.sub("", value).replace("%%", ""):
                self.problem(locale, _s("文の中の % は %% と書いてください。"))
            found[locale] = value.strip()
        return LocalText.from_mapping(found)

    def only_placeholders(self, key: str, text: str, known: frozenset[str]) -> None:
        """Record every placeholder of a text that nothing fills."""
        for name in sorted(set(PLACEHOLDER.findall(text)) - known):
            self.problem(key, _s("%%(%(name)s)s という差し込みはありません。") % {"name": name})

    def table(self, key: str, *, required: bool = True) -> "Section":
        """Return a table below this one (empty when it is missing)."""
        value = self._get(key, dict, _s("表 [...]"), required=required)
        if value is None and required:
            # one sentence about the missing table is enough; its keys would only repeat it
            return Section({}, where=self.name_of(key), problems=[], days=self.days)
        return self._child(value or {}, self.name_of(key))

    def tables(self, key: str) -> list["Section"]:
        """Return the tables of a list ``[[...]]`` (none when it is missing)."""
        value = self._get(key, list, _s("表の並び [[...]]"), required=False) or []
        if not all(isinstance(item, dict) for item in value):
            self.problem(
                key, _s("%(expected)sで書いてください。") % {"expected": _s("表の並び [[...]]")}
            )
            return []
        return [
            self._child(item, f"{self.name_of(key)}[{index}]")
            for index, item in enumerate(value, 1)
        ]

    def _child(self, data: Mapping[str, object], where: str) -> "Section":
        child = Section(data, where=where, problems=self.problems, days=self.days)
        self._children.append(child)
        return child

    def finish(self) -> None:
        """Report every key that nobody asked for, here and below, with the nearest valid name."""
        for key in self._data:
            if key in self._known:
                continue
            near = difflib.get_close_matches(key, sorted(self._known), n=1, cutoff=0.5)
            hint = (
                _s("「%(near)s」のことですか。") % {"near": near[0]}
                if near
                else (_s("使える名前: %(names)s") % {"names": " / ".join(sorted(self._known))})
            )
            self.problem(key, _s("知らない項目です。") + hint)
        for child in self._children:
            child.finish()

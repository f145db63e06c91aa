"""What a search over an older copy found: the ward keeps it beside the certificate."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.oversight.disposal.certificate import in_blocks
from portal.domain.oversight.reports.tables import Report, ReportTable

FILES_KEY, FILES = "backup: files key", "backup: files"
"""The key of the files of one of our backups, and these files; other places are columns."""


@dataclass(slots=True)
class Tried:
    """What was tried at one place.

    Attributes:
        values: How many sealed values.
        opened: How many of them a key opened.
        readable: How many anybody reads without a key.
    """

    values: int = 0
    opened: int = 0
    readable: int = 0


@dataclass(slots=True)
class Trials:
    """Counts what was tried while a copy is gone through.

    Attributes:
        places: By column, or by file.
        by_key: How many values each key opened, by the key's number.
        left: What could not be tried, with the reason.
        databases: How many databases were in the copy.
    """

    places: dict[str, Tried] = field(default_factory=dict)
    by_key: Counter[str] = field(default_factory=Counter)
    left: list[tuple[str, str]] = field(default_factory=list)
    databases: int = 0

    def note(self, place: str, by: str | None, *, readable: bool = False) -> None:
        """Count one value: ``by`` is the number of the key that opened it."""
        tried = self.places.setdefault(place, Tried())
        tried.values += 1
        tried.readable += readable
        if by is not None:
            tried.opened += 1
            self.by_key[by] += 1

    def leave(self, place: str, reason: str) -> None:
        """Say what could not be tried, and why."""
        self.left.append((place, reason))


class KeyTried(Struct, frozen=True):
    """A key that was tried: its number, as certificate and backups have it, and where it was."""

    number: str
    place: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a copy.

    Attributes:
        name: The name of the file or folder.
        sha256: Its digest; of a folder that of the names and digests of its files.
        keys: The keys that were tried.
        trials: What they were tried on.
        listed: The sealed columns of this program, as ``table.column``.
        taken_at: The instant (UTC) of one of our backups; None of any other copy.
        key_ids: The numbers of the keys that sealed one of our backups, by name.
    """

    name: str
    sha256: str
    keys: tuple[KeyTried, ...]
    trials: Trials
    listed: frozenset[str] = frozenset()
    taken_at: datetime | None = None
    key_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def sealed(self) -> int:
        """How many values were tried."""
        return sum(one.values for one in self.trials.places.values())

    @property
    def opened(self) -> int:
        """How many of them a key opened."""
        return sum(one.opened for one in self.trials.places.values())

    @property
    def readable(self) -> int:
        """How many anybody reads without a key."""
        return sum(one.readable for one in self.trials.places.values())

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing that was tried can be read."""
        return not self.opened and not self.readable

    @property
    def is_whole(self) -> bool:
        """Whether all of the copy was tried."""
        return not self.trials.left and bool(self.sealed)

    @property
    def without_values(self) -> list[str]:
        """The sealed columns of this program of which the databases had no value."""
        if not self.trials.databases:
            return []
        return sorted(self.listed - set(self.trials.places))

    def as_json(self) -> dict[str, object]:
        """Return the verdict as plain values."""
        files = self.trials.places.get(FILES, Tried())
        return {
            "unreadable": self.is_unreadable,
            "whole": self.is_whole,
            "copy": self.name,
            "sha256": self.sha256,
            "taken_at": self.taken_at.isoformat() if self.taken_at else None,
            "keys_tried": len(self.keys),
            "keys": [
                {"number": one.number, "place": one.place, "opened": self.trials.by_key[one.number]}
                for one in self.keys
            ],
            "sealed": self.sealed,
            "opened": self.opened,
            "readable_without_key": self.readable,
            "files": files.values,
            "plain_files": files.readable,
            "places": {
                name: {"values": one.values, "opened": one.opened, "readable": one.readable}
                for name, one in sorted(self.trials.places.items())
            },
            "without_values": self.without_values,
            "left": [{"place": place, "reason": reason} for place, reason in self.trials.left],
            "key_ids": dict(self.key_ids),
        }

    def sentence(self) -> str:
        """Return the verdict in a sentence."""
        if not self.is_unreadable:
            return _s(
                "まだ開きます。廃棄されていません。この写しには、読めるものがあります。"
                "鍵の残りと、この写しを廃棄してください。"
            )
        if not self.is_whole:
            return _s(
                "試したものは、どれも開きません。試せなかったものがあるので、"
                "この写しから何も読めないとは、まだ言えません。"
            )
        if not self.keys:
            return _s(
                "鍵が1つもないので、この写しからは、何も読めません。"
                "残っているかもしれない鍵があれば、--keys や --sheet で試してください。"
            )
        return _s("この写しからは、何も読めません。残っていた鍵は、どれも合いません。")

    def tables(self) -> tuple[ReportTable, ...]:
        """Return what was tried, for the screen and for paper."""
        return (*self._found(), self._left())

    def _found(self) -> Iterator[ReportTable]:
        yield ReportTable(
            _s("試した鍵"),
            (_s("鍵の番号"), _s("あった場所"), _s("開いた数")),
            [
                (in_blocks(one.number), one.place, self.trials.by_key[one.number])
                for one in self.keys
            ],
            empty=_s("鍵は、どこにもありませんでした。"),
            wide=1,
        )
        yield ReportTable(
            _s("試した場所"),
            (_s("表と列、またはファイル"), _s("試した数"), _s("開いた数"), _s("鍵なしで読める数")),
            [
                (name, one.values, one.opened, one.readable)
                for name, one in sorted(self.trials.places.items())
            ],
            total=(_s("合計"), self.sealed, self.opened, self.readable),
            wide=0,
        )

    def _left(self) -> ReportTable:
        rows = list(self.trials.left)
        if self.without_values:
            rows.append((_s("値のない列"), "、".join(self.without_values)))
        return ReportTable(
            _s("試せなかったものと、値のなかった列"),
            (_s("場所"), _s("理由")),
            rows,
            empty=_s("ありません。"),
            wide=1,
        )


def verdict_paper(program: Program, verdict: Verdict) -> Report:
    """Return the verdict as a paper that the ward keeps."""
    return Report(
        title=_s("廃棄の確認書"),
        addressee=program.names.ward.ja,
        sender=_s("確かめた人（署名）: ＿＿＿＿＿＿＿＿＿＿"),
        facts=(
            (_s("事業"), program.names.program.ja),
            (_s("確かめた写し"), verdict.name),
            (_s("写しの検査値（SHA-256）"), in_blocks(verdict.sha256)),
            (_s("結果"), verdict.sentence()),
        ),
        tables=verdict.tables(),
        notes=(
            _s("「試した鍵」の番号は、廃棄証明書の鍵の番号と同じ作り方です。"),
            _s(
                "ほかの場所に鍵や写しが残っていないことは、ソフトウェアでは証明できません。"
                "見つけたら、同じコマンドで、もう一度確かめてください。"
            ),
        ),
    )

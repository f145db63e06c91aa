"""Load layouts, which describe how a ward writes its extract, from TOML files.

A layout has the encoding, the columns, the meanings of codes, and the styles of dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.toml.files import TomlFaultError, open_toml
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.files.dates import STYLES


class ChangeReason(StrEnum):
    """Why a register entry changed last, as a layout's codes give it."""

    MOVED_OUT = "moved_out"
    MOVED_WITHIN = "moved_within"
    MOVED_IN = "moved_in"
    DIED = "died"
    BORN = "born"
    OTHER = "other"


class Relationship(StrEnum):
    """What a value of the relationship to the householder means, as a layout's codes give it.

    Attributes:
        CHILD: The householder's own or adopted child.
        OTHER_CHILD: A child of the household, but not the householder's (a grandchild).
        INSTITUTION: Somebody who lives in an institution.
        ADULT: The householder or any other adult, who is no child of the program.
    """

    CHILD = "child"
    OTHER_CHILD = "other_child"
    INSTITUTION = "institution"
    ADULT = "adult"


class FileKind(StrEnum):
    """The form of an extract's file."""

    CSV = "csv"
    FIXED = "fixed"
    XLSX = "xlsx"


class RowSubject(StrEnum):
    """What a row of the extract is about: a person of a household, or an eligible child."""

    PERSON = "person"
    CHILD = "child"


class Grouping(StrEnum):
    """What makes rows one household."""

    NUMBER = "number"
    HOUSEHOLDER_AND_ADDRESS = "householder_and_address"


ENCODINGS = ("cp932", "utf-8", "euc_jp")
SEPARATORS = (",", "\t", ";")
SHIPPED = Path(__file__).resolve().parents[4] / "programs" / "sample" / "layouts"

FIELDS = (
    "extracted",
    "household_no",
    "person_no",
    "householder",
    "relationship",
    "name",
    "kana",
    "birth_date",
    "sex",
    "postal_code",
    "town",
    "block",
    "building_room",
    "residence_since",
    "change_reason",
    "change_date",
    "protection",
    "foreign",
    "remarks",
    "householder_name",
    "householder_kana",
    "householder_birth_date",
    "alias",
    "householder_alias",
)
"""The possible meanings of a column; a column without a field is skipped."""
CODE_MEANINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "householder": ("yes", "no"),
        "sex": ("male", "female", "other"),
        "protection": ("yes", "no"),
        "foreign": ("yes", "no"),
        "change_reason": tuple(ChangeReason),
        "relationship": tuple(Relationship),
    }
)
WORDS_SUFFICE = frozenset({"relationship"})
"""Columns that need no codes, because wards usually write them in the words of the register."""
_NEEDED: Mapping[RowSubject, tuple[str, ...]] = {
    RowSubject.PERSON: ("householder", "name", "birth_date", "postal_code", "town", "block"),
    RowSubject.CHILD: (
        "name",
        "birth_date",
        "householder_name",
        "householder_birth_date",
        "postal_code",
        "town",
        "block",
    ),
}


class LayoutError(InputError):
    """A layout file is faulty; the message lists every fault in a sentence of its own."""

    code = "layout"

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        lines = "".join(f"\n- {problem}" for problem in problems)
        super().__init__(
            _s("レイアウトファイル %(path)s を直してください。%(lines)s")
            % {"path": path, "lines": lines}
        )


class Column(Struct, frozen=True):
    """One column: header, field, width in bytes (fixed width only), number of digits."""

    header: str
    field: str = ""
    width: int = 0
    digits: int = 0


@dataclass(frozen=True)
class Layout:
    """How an extract is written. Immutable; made by :func:`load_layout`."""

    path: Path
    name: str
    kind: FileKind
    encoding: str
    separator: str
    header: bool
    rows: RowSubject
    households: Grouping
    sheet: str
    date_styles: frozenset[str]
    columns: tuple[Column, ...]
    codes: Mapping[str, Mapping[str, str]]

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """The columns that have a field, by field."""
        return {column.field: column for column in self.columns if column.field}

    @property
    def has_protection(self) -> bool:
        """Whether the extract itself has a column for protection.

        Otherwise the ward's list or statement must be loaded.
        """
        return "protection" in self.by_field

    @property
    def grouped(self) -> bool:
        """Whether households are identified by householder and address, not by number."""
        return self.households is Grouping.HOUSEHOLDER_AND_ADDRESS

    @property
    def record_width(self) -> int:
        """The number of bytes of one fixed-width record, without its line end."""
        return sum(column.width for column in self.columns)


def layout_names(layouts_dir: Path | None = None) -> list[str]:
    """Return the names of the layouts in the program's folder and among those shipped."""
    folders = [SHIPPED] if layouts_dir is None else [layouts_dir, SHIPPED]
    return sorted({file.stem for folder in folders for file in folder.glob("*.toml")})


def find_layout(name_or_path: str | Path, layouts_dir: Path | None = None) -> Layout:
    """Return a layout by name or path.

    A name is looked up in the program's folder of layouts, then among those shipped.

    Raises LayoutError if there is none or its file is faulty.
    """
    text = str(name_or_path)
    if text.endswith(".toml") or "/" in text:
        path = Path(text)
        inside = None if layouts_dir is None else layouts_dir / path
        return load_layout(
            inside if inside is not None and not path.is_file() and inside.is_file() else path
        )
    folders = [SHIPPED] if layouts_dir is None else [layouts_dir, SHIPPED]
    for folder in folders:
        if (folder / f"{text}.toml").is_file():
            return load_layout(folder / f"{text}.toml")
    names = layout_names(layouts_dir)
    raise LayoutError(
        folders[0] / f"{text}.toml",
        [
            _s(
                "レイアウト「%(name)s」はありません。使える名前: %(names)s。または .toml "
                "ファイルの場所を指定してください。"
            )
            % {"name": text, "names": " / ".join(names)}
        ],
    )


def load_layout(path: Path) -> Layout:
    """Read one layout file. Raises LayoutError with a sentence for every fault."""
    problems: list[str] = []
    data = _read_toml(path)
    section = Section(data, where="", problems=problems)
    kind = section.member("kind", FileKind)
    encoding = _encoding(section, kind)
    separator = section.text("separator", ",") if kind is not FileKind.CSV else _separator(section)
    rows = section.member("rows", RowSubject, RowSubject.PERSON)
    households = section.member("households", Grouping, Grouping.NUMBER)
    layout = Layout(
        path=path,
        name=section.text("name"),
        kind=kind,
        encoding=encoding,
        separator=separator,
        header=section.flag("header", default=kind is not FileKind.FIXED),
        rows=rows,
        households=households,
        sheet=section.text("sheet", ""),
        date_styles=_styles(section),
        columns=tuple(_column(table, kind) for table in section.tables("columns")),
        codes=_codes(data.get("codes", {}) if section.has("codes") else {}, problems),
    )
    section.finish()
    _check(layout, problems)
    if problems:
        raise LayoutError(path, problems)
    return layout


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return open_toml(path)
    except TomlFaultError as fault:
        raise LayoutError(path, [fault.sentence]) from None


def _encoding(section: Section, kind: FileKind) -> str:
    usual = "utf-8" if kind is FileKind.XLSX else None
    encoding = section.text("encoding", usual).lower().replace("-", "_")
    if encoding in {"shift_jis", "sjis", "shiftjis", "windows_31j", "ms932"}:
        section.problem(
            "encoding",
            _s("cp932 と書いてください。Shift_JIS のままでは髙や﨑などの文字が読めません。"),
        )
        return "cp932"
    encoding = {"utf8": "utf-8", "utf_8": "utf-8", "utf_8_sig": "utf-8"}.get(encoding, encoding)
    if encoding not in ENCODINGS:
        section.problem(
            "encoding",
            _s("「%(value)s」は使えません。%(allowed)s のどれかにしてください。")
            % {"value": encoding, "allowed": " / ".join(ENCODINGS)},
        )
    return encoding


def _separator(section: Section) -> str:
    # Section.text strips texts, so a tab is written as a word
    value = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(
        text := section.text("separator", "comma"), text
    )
    if value not in SEPARATORS:
        section.problem("separator", _s("comma / tab / semicolon のどれかにしてください。"))
    return value


def _styles(section: Section) -> frozenset[str]:
    styles = section.words("date_styles", STYLES)
    for style in styles:
        if style not in STYLES:
            section.problem(
                "date_styles",
                _s("「%(value)s」は使えません。%(allowed)s のどれかにしてください。")
                % {"value": style, "allowed": " / ".join(STYLES)},
            )
    return frozenset(styles)


def _column(table: Section, kind: FileKind) -> Column:
    field = table.text("field", "")
    if field and field not in FIELDS:
        table.problem(
            "field",
            _s("「%(value)s」は使えません。%(allowed)s のどれかにしてください。")
            % {"value": field, "allowed": " / ".join(FIELDS)},
        )
    return Column(
        header=table.text("header"),
        field=field,
        width=table.whole("width", low=1, high=10_000)
        if kind is FileKind.FIXED
        else table.whole("width", 0),
        digits=table.whole("digits", 0, high=40),
    )


def _codes(data: object, problems: list[str]) -> Mapping[str, Mapping[str, str]]:
    # the keys are the ward's own values, so Section, which must know all keys, cannot read them
    found: dict[str, Mapping[str, str]] = {}
    tables = data if isinstance(data, dict) else {"codes": data}
    for field, table in tables.items():
        meanings = CODE_MEANINGS.get(field, ())
        if not meanings or not isinstance(table, dict):
            problems.append(
                _s("codes.%(field)s: 使えるのは表 %(allowed)s だけです。")
                % {"field": field, "allowed": " / ".join(CODE_MEANINGS)}
            )
            continue
        for value, meaning in table.items():
            if meaning not in meanings:
                problems.append(
                    _s(
                        "codes.%(field)s: 値「%(value)s」の意味は %(allowed)s "
                        "のどれかにしてください。"
                    )
                    % {"field": field, "value": value, "allowed": " / ".join(meanings)}
                )
        found[field] = MappingProxyType(
            {str(value): str(meaning) for value, meaning in table.items()}
        )
    return MappingProxyType(found)


def _check(layout: Layout, problems: list[str]) -> None:
    if not layout.columns:
        problems.append(_s("列がありません。[[columns]] を列の順に書いてください。"))
        return
    headers = [column.header for column in layout.columns]
    problems.extend(
        _s("見出し「%(header)s」が二度あります。") % {"header": header}
        for header in sorted({header for header in headers if headers.count(header) > 1})
    )
    fields = [column.field for column in layout.columns if column.field]
    problems.extend(
        _s("%(field)s の列が二つあります。一つにしてください。") % {"field": field}
        for field in sorted({field for field in fields if fields.count(field) > 1})
    )
    needed = [*_NEEDED[layout.rows], *(["household_no"] if not layout.grouped else [])]
    problems.extend(
        _s("%(field)s の列がありません。どの列がそれに当たるかを書いてください。")
        % {"field": field}
        for field in needed
        if field not in fields
    )
    problems.extend(
        _s("[codes.%(field)s] がありません。この列の値の意味を書いてください。") % {"field": field}
        for field in CODE_MEANINGS
        if field in fields and field not in WORDS_SUFFICE and not layout.codes.get(field)
    )
    if layout.rows is RowSubject.CHILD and "householder" in fields:
        problems.append(_s('rows = "child" のレイアウトには householder の列を置けません。'))
    if layout.rows is RowSubject.PERSON and layout.grouped:
        problems.append(_s('householder_and_address は rows = "child" のときだけ使えます。'))

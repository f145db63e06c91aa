"""Layouts: the columns, lines and languages of a telephone system's files, from TOML."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.toml.files import TomlFaultError, open_toml
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

SHIPPED = Path(__file__).resolve().parents[3] / "programs" / "sample" / "calls"
ENCODINGS = ("auto", "utf-8", "cp932")
NEEDED = ("day", "time", "offered", "answered", "abandoned")
OPTIONAL = ("line", "language", "busy", "short_abandoned", "within", "talk", "after_call")
LANGUAGES = ("ja", "en", "zh", "ko", "other")
"""The languages of the specification (clause 6(1)); ``other`` is any other."""


class CountsLayoutError(InputError):
    """A layout file is missing or invalid; the message has a sentence for every fault."""

    code = "counts_layout"

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = tuple(problems)
        lines = "".join(f"\n- {problem}" for problem in problems)
        super().__init__(
            _s("レイアウトファイル %(name)s を直してください。%(lines)s")
            % {"name": path.name, "lines": lines}
        )


@dataclass(frozen=True, slots=True)
class CountsLayout:
    """The layout of a counts file.

    ``columns``: the field of each header; ``ignored``: headers that are skipped. ``languages`` and
    ``lines`` give the language for a value of those columns; without either column every call is
    Japanese. ``within_seconds``: the meaning of "within N seconds". Rows whose day is ``total_row``
    are sums.
    """

    key: str
    name: str
    encoding: str
    within_seconds: int
    total_row: str
    columns: Mapping[str, str]
    ignored: frozenset[str]
    lines: Mapping[str, str]
    languages: Mapping[str, str]


def layout_names(folder: Path) -> dict[str, str]:
    """Return the available layouts: key → name for the staff, the program's own first."""
    found: dict[str, str] = {}
    for place in (folder, SHIPPED):
        for path in sorted(place.glob("*.toml")):
            if path.stem not in found:
                found[path.stem] = load_layout(path).name
    return found


def find_layout(key: str, folder: Path) -> CountsLayout:
    """Return a layout by its key.

    Raises:
        CountsLayoutError: there is none, or its file is invalid.
    """
    for place in (folder, SHIPPED):
        for path in place.glob("*.toml"):
            if path.stem == key:
                return load_layout(path)
    raise CountsLayoutError(folder / "?.toml", [_s("レイアウトを選んでください。")])


def load_layout(path: Path) -> CountsLayout:
    """Read one layout file. Raises CountsLayoutError with a sentence for every fault."""
    problems: list[str] = []
    try:
        data = open_toml(path)
    except TomlFaultError as fault:
        raise CountsLayoutError(path, [fault.sentence]) from None
    root = Section(data, where="", problems=problems)
    columns = root.table("columns")
    headers = {columns.text(field): field for field in NEEDED}
    headers |= {header: field for field in OPTIONAL if (header := columns.text(field, ""))}
    given = [field for field in (*NEEDED, *OPTIONAL) if columns.has(field)]
    if len(headers) < len(given) and not problems:
        problems.append(_s("同じ見出しが、二つの項目に書いてあります。"))
    layout = CountsLayout(
        key=path.stem,
        name=root.text("name"),
        encoding=root.choice("encoding", ENCODINGS, "auto"),
        within_seconds=root.whole("within_seconds", 0, high=600),
        total_row=root.text("total_row", ""),
        columns=MappingProxyType(headers),
        ignored=frozenset(root.words("ignored", ())),
        lines=_codes(data, "lines", root, problems),
        languages=_codes(data, "languages", root, problems),
    )
    root.finish()
    if "within" in given and not layout.within_seconds:
        problems.append(_s("within の列があるときは、within_seconds を書いてください。"))
    if "language" in given and not layout.languages:
        problems.append(_s("language の列があるときは、[languages] に値の意味を書いてください。"))
    if "line" in given and not layout.lines and "language" not in given:
        problems.append(_s("line の列があるときは、[lines] に回線ごとの言語を書いてください。"))
    if problems:
        raise CountsLayoutError(path, problems)
    return layout


def _codes(
    data: Mapping[str, object], key: str, root: Section, problems: list[str]
) -> Mapping[str, str]:
    # the keys are the telephone system's own values, so Section, which knows all keys by name,
    # cannot read them
    table = data.get(key, {}) if root.has(key) else {}
    if not isinstance(table, dict):
        problems.append(_s("%(key)s は、表 [%(key)s] で書いてください。") % {"key": key})
        return {}
    for value, language in table.items():
        if language not in LANGUAGES:
            problems.append(
                _s("%(key)s の「%(value)s」の言語は、%(allowed)s のどれかにしてください。")
                % {"key": key, "value": value, "allowed": " / ".join(LANGUAGES)}
            )
    return MappingProxyType({str(value): str(language) for value, language in table.items()})

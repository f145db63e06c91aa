"""The ward's numbers for people in danger, and the page to which they can leave ours at once."""

import re
from dataclasses import dataclass

from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

NUMBER = re.compile(r"#\d{4}|1\d\d|0\d{1,4}-\d{1,4}-\d{3,4}")
"""A short number (#8008), an emergency number (110), or a telephone number with hyphens."""
PLACE = re.compile(r"https://([a-z0-9.-]+\.[a-z]+)(/\S*)?")


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One number that people in danger can call.

    Attributes:
        name: Who answers.
        telephone: The number as people read it.
        hours: When somebody answers, and what they can do.
        always: Whether somebody answers day and night.
    """

    name: LocalText
    telephone: str
    hours: LocalText
    always: bool

    @property
    def link(self) -> str:
        """The address that makes a telephone dial; there a ``#`` would begin a fragment."""
        return "tel:" + self.telephone.replace("-", "").replace("#", "%23")


@dataclass(frozen=True, slots=True)
class WayOut:
    """What the page for people in danger tells.

    Attributes:
        leave_to: Where "leave now" leads: a page that has nothing to do with us.
        counter: The ward's counter, which decides about protected families.
        lines: Other numbers, such as #8008.
    """

    leave_to: str
    counter: HelpLine
    lines: tuple[HelpLine, ...]

    @property
    def leave_host(self) -> str:
        """The host to which one leaves."""
        found = PLACE.fullmatch(self.leave_to)
        return found[1] if found else ""


def read_way_out(root: Section) -> WayOut:
    """Read ``[way_out]``, numbers and hours in six languages; faults are the section's problems."""
    table = root.table("way_out")
    leave_to = table.text("leave_to")
    if leave_to and not PLACE.fullmatch(leave_to):
        table.problem(
            "leave_to", _s("https:// で始まる、だれでも開けるページの住所を書いてください。")
        )
    counter = _read_line(table.table("counter"))
    lines = tuple(_read_line(one) for one in table.tables("lines"))
    return WayOut(leave_to, counter, lines)


def _read_line(table: Section) -> HelpLine:
    telephone = table.text("telephone")
    if telephone and not NUMBER.fullmatch(telephone):
        table.problem(
            "telephone", _s("#8008 や 03-0000-0000 のように、半角の数字で書いてください。")
        )
    return HelpLine(
        table.local("name"), telephone, table.local("hours"), table.flag("always", default=False)
    )

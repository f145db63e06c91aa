"""What a check found: how bad, what, and the next step."""

from dataclasses import dataclass

from portal.domain.foundation.texts import Labeled, _s


class Level(Labeled):
    """How bad a finding is, worst first.

    An error of a check that is made at the start keeps a site from starting.
    """

    ERROR = "error", lambda: _s("異常")
    WARNING = "warning", lambda: _s("注意")
    OK = "ok", lambda: _s("正常")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        level: How bad it is.
        name: Its name, stable for machines.
        sentence: What is so, for people; no secret and no person's data.
        advice: The next step; empty where there is none.
    """

    level: Level
    name: str
    sentence: str
    advice: str = ""


def well(name: str, sentence: str) -> Finding:
    """Return a finding that needs no step."""
    return Finding(Level.OK, name, sentence)


def doubtful(name: str, sentence: str, advice: str) -> Finding:
    """Return a warning."""
    return Finding(Level.WARNING, name, sentence, advice)


def wrong(name: str, sentence: str, advice: str) -> Finding:
    """Return an error."""
    return Finding(Level.ERROR, name, sentence, advice)


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Return the findings with errors first; equals keep their order."""
    order = list(Level)
    return sorted(findings, key=lambda finding: order.index(finding.level))

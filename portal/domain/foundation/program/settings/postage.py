"""Postage agreed with the ward: yen for one item of each class of mail (clause 7(3)②)."""

from dataclasses import dataclass

from portal.domain.foundation.program.toml.sections import Section

CLASSES = ("simple_registered", "registered", "recorded", "ordinary", "parcel", "reply_paid")
MOST_YEN = 100_000


@dataclass(frozen=True, slots=True)
class PostageSettings:
    """Pairs of a class of mail and the yen for one item."""

    pairs: tuple[tuple[str, int], ...]

    def yen(self, mail_class: str) -> int | None:
        """Return the yen for one item; None if nothing was agreed."""
        return dict(self.pairs).get(mail_class)


def read_postage_settings(root: Section) -> PostageSettings:
    """Read ``[postage]``; every class may be left out."""
    table = root.table("postage", required=False)
    return PostageSettings(
        tuple((name, table.whole(name, 0, high=MOST_YEN)) for name in CLASSES if table.has(name))
    )

"""What a ward agreed about postage: yen for one item of each class of mail (clause 7(3)②)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from portal.domain.program.reading import Section

CLASSES = ("simple_registered", "registered", "recorded", "ordinary", "parcel")
MOST_YEN = 100_000


@dataclass(frozen=True, slots=True)
class PostageSettings:
    """Yen for one item by class of mail; a class that is missing has no agreed postage."""

    yen: Mapping[str, int]


def read_postage_settings(root: Section) -> PostageSettings:
    """Read ``[postage]``; every class may be left out."""
    table = root.table("postage", required=False)
    found = {name: table.whole(name, 0, high=MOST_YEN) for name in CLASSES if table.has(name)}
    return PostageSettings(MappingProxyType(found))

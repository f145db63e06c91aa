"""What hands and ears find on the ward's letter: a voice code, and a line of braille."""

from dataclasses import dataclass
from pathlib import Path

from portal.domain.foundation.program.toml.sections import Section


@dataclass(frozen=True, slots=True)
class TouchSettings:
    """The ward's options for people who do not see the letter.

    Attributes:
        voice_code: The PNG of the voice code, which the ward has made; None for no code.
        braille: The line of kana that the envelope has in braille; "" for none.
    """

    voice_code: Path | None
    braille: str


def read_touch(root: Section, folder: Path) -> TouchSettings:
    """Read ``[touch]``; both may be left out. Paths are seen from the program's folder."""
    table = root.table("touch", required=False)
    file = table.text("voice_code", "")
    place = (folder / Path(file).expanduser()).resolve() if file else None
    return TouchSettings(place, table.text("braille", "").strip())

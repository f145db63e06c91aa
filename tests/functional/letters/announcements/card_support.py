"""Queue cards, and read what was printed."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.services import announce
from portal.domain.mailroom.printing.cards.printing import BuiltCards
from portal.platform.database import Database
from tests.support.mailroom.ward import Ward, ward  # noqa: F401  (a fixture)
from tests.support.reading import pdf
from tests.support.work import work_in


def queue(database: Database, households: Sequence[int], event: str = "decided") -> None:
    with database.write() as session:
        for at in households:
            announce(work_in(session), Event(at, event, f"{event}:{at}", receipt_no="CDFG-HJKL"))


def states(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Announcement.state).order_by(Announcement.id)))


def pages(built: BuiltCards) -> list[str]:
    return [text for path in built.files for text in pdf.text(path.read_bytes())]

"""What a town tells outside of its pages: jobs, messages, metrics, lists, prints, export."""

import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.jobs.aside import rows_aside
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.vault import unseal_json
from portal.domain.letters.announcements.models import Announcement
from portal.domain.mailroom.printing.runs.recipients import selection
from portal.domain.oversight.export.handing_over import export_all
from portal.domain.oversight.person_lists.contents import Asked, read
from portal.domain.oversight.person_lists.kinds import FROM_THEIR_PAGES, ListKind, Scope
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import sealing_context
from portal.platform.metrics.database_gauges import DatabaseGauges
from portal.platform.metrics.meter import CountingMeter
from portal.platform.search_keeper import SearchKeeper
from portal.worker.jobs import all_jobs
from tests.support.databases.printing import printed
from tests.support.databases.worlds import OWN, Log, Pages, World, sheets
from tests.support.reading import pdf
from tests.support.worker import NOWHERE, Going

JOBS = (
    JobName.EXPIRE,
    JobName.MATCH,
    JobName.REMIND,
    JobName.CARDS,
    JobName.CALLS,
    JobName.CHANGES,
    JobName.LOSSES,
    JobName.SITES,
    JobName.TRENDS,
    JobName.TELL,
    JobName.SWEEP,
)
CLOCKS = re.compile(
    r"^portal_\w+_(?:difference_seconds|time_seconds|created)\b|^portal_outbox_(?:messages|\w+_seconds)\b"
)
"""Series of a machine's clock, and of what is not sent yet: a whole sum, in which a message counts
until a worker has looked at it."""
WHOLE = re.compile(
    r"manifest\.json|SHA256SUMS|README\.txt|ledgers/print_runs\.\w+|management/progress\.\w+|"
    r"reports/(?:settlement|declines)\.\w+|ledgers/coupon_batches\.\w+|"
    r"management/checklist_answers\.json"
)
"""Files of the export with sums that stay whole, or which say to the ward what was left out."""
AUDIT = re.compile(r"ledgers/audit_events\.\w+")
PLACE = re.compile(
    r'^\d+,(?P<csv>(?:[^,\n]*,){6})\d+(?=,)|"id": \d+,|(?<="subject_id": )\d+', re.MULTILINE
)
"""An event's place in the whole chain, in which those that the export leaves out keep theirs, and
the number of its subject, as those of families left out keep theirs too."""


def told_outside(made: World, families: Collection[int], *, export: bool) -> Pages:
    """Return what is told of everybody but the families themselves.

    A family that may not be served is sent nothing meanwhile.
    """
    before = _last_message(made)
    log = Log()
    found: Pages = {}
    for days in (0, 1):
        made.staff.clock.advance(days=days)
        with log.listening() as lines:
            for name in JOBS:
                found[f"JOB {name.value} {days}"] = _turn(made, name)
            found[f"LOG of jobs {days}"] = tuple(lines)
    with made.staff.database.read() as session:
        late = [row for row in _messages(session, families) if row.id > before]
        assert not late, "the family was sent something"
        found["MESSAGES"] = sorted(_texts(made, session, families))
        found["NOTICES"] = sorted(_notices(session, families))
        counts = dict(selection.counts(session))
        counts.pop(selection.LeftOut.PROTECTED)
        found["PRINTING"] = counts
        found |= dict(_lists(made, session))
    found |= dict(printed(made))
    found["METRICS"] = _series(made)
    if export:
        found |= dict(_export(made))
    return found


def _turn(made: World, name: JobName) -> str:
    source = made.staff.site.work_source()
    outcome = all_jobs(NOWHERE)[name].turn(source, Going())
    with source.read() as session:
        assert rows_aside(session, name) == set()
    return str(asdict(outcome))


def _last_message(made: World) -> int:
    with made.staff.database.read() as session:
        return max(session.scalars(select(OutboxMessage.id)), default=0)


def _messages(session: Session, families: Collection[int]) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.household_id.in_(families))
    return list(session.scalars(query))


def _texts(made: World, session: Session, families: Collection[int]) -> Iterator[str]:
    own = {row.id for row in _messages(session, families)}
    for row in session.scalars(select(OutboxMessage)):
        if row.id in own:
            continue
        kek, context = made.staff.site.vault.kek, sealing_context(row.dedupe_key)
        text = unseal_json(kek, row.sealed, context) if row.sealed else {}
        yield OWN.sub("", f"{row.kind} {row.purpose} {row.household_id} {row.state} {text}")


def _notices(session: Session, families: Collection[int]) -> Iterator[str]:
    for row in session.scalars(select(Announcement)):
        if row.household_id not in families:
            yield f"{row.household_id} {row.event} {row.state}"


def _lists(made: World, session: Session) -> Iterator[tuple[str, object]]:
    work = made.staff.site.work(session, Actor(Role.SYSTEM), made.staff.now)
    start, end = made.staff.now - timedelta(days=365), made.staff.now
    scope = Scope(start=start.isoformat(), end=end.isoformat())
    for kind in set(ListKind) - FROM_THEIR_PAGES:  # those are the ward's auditor's
        asked = Asked(scope, include_protected=False, most=2000)
        table = read(work, kind, asked).table
        yield f"LIST {kind.value}", "\n".join(OWN.sub("", str(row)) for row in table.rows)


def _series(made: World) -> str:
    """Every series of the collector, and of a site that keeps the search."""
    registry = CollectorRegistry()
    calls = made.staff.site.program.calls
    registry.register(DatabaseGauges(made.staff.database, made.staff.clock, calls))
    site = replace(made.staff.site, meter=CountingMeter("staff", registry))
    SearchKeeper(site)._step()
    lines = generate_latest(registry).decode().splitlines()
    return "\n".join(line for line in lines if not CLOCKS.match(line))


def _without_numbers(found: re.Match[str]) -> str:
    return found["csv"] or ""


def _export(made: World) -> Iterable[tuple[str, object]]:
    """The export without protected families, as whoever follows the contractor gets it."""
    actor = Actor(Role.WARD_OFFICER, made.people[Role.WARD_OFFICER].id, Organization.WARD)
    done = export_all(made.staff.site.work_source(actor), made.staff.folder / "export")
    try:
        for path in sorted(done.folder.rglob("*")):
            name = path.relative_to(done.folder)
            if path.is_file() and not WHOLE.fullmatch(str(name)):
                text = OWN.sub("", _read(path))
                yield (
                    f"EXPORT {name}",
                    PLACE.sub(_without_numbers, text) if AUDIT.fullmatch(str(name)) else text,
                )
    finally:
        shutil.rmtree(done.folder)


def _read(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith(b"%PDF"):
        return "\n".join(pdf.text(content))
    return sheets(content) if content.startswith(b"PK") else content.decode()

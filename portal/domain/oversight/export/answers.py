"""Statistics of the answers on requests, for the fields whose answers may be counted."""

from collections import Counter

from sqlalchemy import or_, select

from portal.domain.foundation.work import Work
from portal.domain.oversight.export.scope import AT_ONCE, protected
from portal.domain.oversight.export.writing import Output
from portal.domain.requests.all_kinds import KINDS
from portal.domain.requests.requests.fields import Place, Privacy
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import written_in

COLUMNS = ("kind", "field", "answer", "words", "requests")


def write_answers(work: Work, folder: Output, *, with_protected: bool) -> None:
    """Write one row for each answer that was given at least once."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for code, kind in KINDS.items():
        form = kind.written
        fields = [one for one in form.asked(Place.EXPORT) if one.privacy is Privacy.COUNTED]
        if not fields:
            continue
        chosen = select(Request).where(Request.kind == code, Request.sealed.is_not(None))
        if not with_protected:
            chosen = chosen.where(
                Request.ward_only.is_(False),
                or_(Request.household_id.is_(None), Request.household_id.not_in(protected())),
            )
        for row in work.session.scalars(chosen.execution_options(yield_per=AT_ONCE)):
            record = written_in(work.vault, row, form)
            for one in fields:
                if answer := one.value(record):
                    counted[code.value, one.name, answer.value, answer.label] += 1
    rows = [(*key, count) for key, count in sorted(counted.items())]
    folder.put_rows("ledgers/answers_statistics", COLUMNS, rows)

"""The list of shops in which coupons can be used."""

from datetime import date

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.jobs.begun import finish
from portal.domain.oversight.daily.keeping import held_input
from portal.domain.oversight.daily.machine import Done, Errand
from portal.domain.people.shops.file import SHOWN_LINES, read_shops
from portal.domain.people.shops.services import load_list


def load_shops(errand: Errand) -> Done:
    """Load a list; the task ends in the same transaction.

    A first day that passed while the task waited is the day on which it is carried out.
    """
    read = read_shops(held_input(errand.source, errand.task))
    asked = errand.task.detail.get("valid_from")
    with errand.source.writing() as work:
        wanted = date.fromisoformat(str(asked)) if asked else None
        made = load_list(work, read, _from(wanted, jst_date(work.now)))
        done = Done(
            {
                "list_id": made.list_id,
                "valid_from": made.valid_from.isoformat(),
                "count": made.count,
                "refused": len(read.refused),
                "lines": [[one.line, one.reason] for one in read.refused[:SHOWN_LINES]],
                "repeated": made.repeated,
            }
        )
        finish(work, errand.task, done.result)
    return done


def _from(wanted: date | None, today: date) -> date:
    return max(wanted, today) if wanted is not None else today

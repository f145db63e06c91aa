"""Where the walk begins beside the pages without a key: one object in each state that there is."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from portal.domain.tables import metadata

PLACES = (
    ("/coupon-faults/{}", "coupon_fault", ("state",)),
    ("/dispatches/{}", "dispatch", ("state",)),
    ("/escalations/{}", "escalation", ("kind", "state")),
    ("/faxes/{}", "fax_case", ("state",)),
    ("/holds/{}", "hold", ("code", "state")),
    ("/incidents/{}", "incident", ("state",)),
    ("/letters/{}", "print_run", ("state",)),
    ("/letters/{}/archive", "print_run", ("state",)),
    ("/letters/{}/mail", "print_run", ("state",)),
    ("/letters/{}/recalls", "print_run", ("state",)),
    ("/minutes/{}", "minutes", ("state",)),
    ("/reviews/{}", "request", ("kind", "state")),
    ("/site-notices/{}", "site_notice", ("state",)),
    ("/system/aside/{}", "job_aside", ()),
    ("/system/begun/{}", "begun_task", ()),
    ("/copies/drills/{}", "restore_drill", ()),
    ("/tasks/{}", "task", ("kind", "state")),
    ("/transfers/{}", "file_transfer", ("kind", "state")),
    ("/parcels/{}", "alternative_parcel", ("state",)),
    ("/scans/{}", "scan", ()),
)
"""A page of an object, its table, and the columns whose values make it look different."""


def places(connection: Connection) -> Iterator[str]:
    """Yield the address of the first object of each state, and what waits for a second person."""
    for page, name, states in PLACES:
        table = metadata.tables[name]
        known = [table.c[state] for state in states if state in table.c]
        seen = set()
        for key, *state in connection.execute(select(table.c.id, *known).order_by(table.c.id)):
            if tuple(state) not in seen:
                seen.add(tuple(state))
                yield page.format(key)
    approval = metadata.tables["approval"]
    proposed = select(approval.c.subject_id).where(
        approval.c.state == "proposed", approval.c.subject == "hold"
    )
    for key in connection.scalars(proposed):
        yield f"/holds/{key}"

"""Options of both extracts for a disclosure: what the ward decided, and where the PDF goes."""

from pathlib import Path

import click

from portal.domain.oversight.auditing.reserved import Reserved

decision_option = click.option(
    "--decision", required=True, metavar="NO", help="Number of the ward's decision."
)
reserved_option = click.option(
    "--with",
    "reserved",
    multiple=True,
    type=click.Choice([one.value for one in Reserved]),
    help="A reserved kind that the decision lets in.",
)
considered_option = click.option(
    "--protection-considered",
    is_flag=True,
    help="The decision speaks of the protection that the family is under now.",
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="PDF to write; never overwritten.",
)

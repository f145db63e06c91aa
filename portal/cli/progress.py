"""A progress bar on standard error that appears when there is something to count."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click

from portal.cli.on_record import past_the_record

Progress = Callable[[int, int], None]
"""Takes what is done and what there is in all."""


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Show a bar while the block runs."""
    with ExitStack() as stack:
        shown = 0
        advance: Callable[[int], None] | None = None

        def report(done: int, total: int) -> None:
            nonlocal shown, advance
            if advance is None:
                bar = click.progressbar(length=total, label=label, file=past_the_record())
                advance = stack.enter_context(bar).update
            advance(done - shown)
            shown = done

        yield report

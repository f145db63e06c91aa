"""``portal keys create``: the four keys of a new deployment, and nothing else."""

import click

from portal.cli.context import Context, answering
from portal.cli.key_papers import papers
from portal.domain.foundation.texts import _s
from portal.platform.key_files import create_keys


@click.group("keys", help="The keys of this deployment.")
def keys_group() -> None:
    """Commands about the key files."""


keys_group.add_command(papers)


@keys_group.command(
    help="Make the four keys of a new deployment. Existing keys are never overwritten, and none are"
    " made beside a database that has others."
)
@click.pass_obj
@answering
def create(context: Context) -> None:
    """Make the keys."""
    settings = context.settings
    create_keys(settings)
    click.echo(
        _s("新しい鍵を作りました: %(folder)s（バックアップとは別の場所に、大切に保管してください）")
        % {"folder": settings.key_dir}
    )

"""``portal sms``: try the SMS gateway with a telephone in hand."""

import click

from portal.cli.asked import asked_option
from portal.cli.context import Context, answering, json_option
from portal.cli.people.sender_trials import run_trial, wait_option
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.phones import parse_mobile


@click.group("sms", help="Short messages: try the gateway.")
def sms() -> None:
    """Short messages."""


@sms.command(help="Send a message in each of the six languages, and show what the gateway answers.")
@asked_option("--number", lambda: _s("携帯電話の番号"), "A mobile telephone in your hand.")
@wait_option
@json_option
@click.pass_obj
@answering
def test(context: Context, number: str, wait_seconds: int) -> None:
    """Try the way by which codes go to telephones."""
    run_trial(context, CodeChannel.SMS, parse_mobile(number), wait_seconds)

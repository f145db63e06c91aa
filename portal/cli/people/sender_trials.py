"""What ``portal sms test`` and ``portal mail test`` share: six messages by the real sender."""

import time
from datetime import timedelta

import click
from msgspec import Struct

from portal.cli.context import FAILED, Context, fail
from portal.domain.foundation.texts import _s, label_of
from portal.domain.people.notices import services, trials
from portal.domain.people.notices.states import MessageState
from portal.domain.people.notices.trials import Trial
from portal.platform.senders import make_senders
from portal.platform.senders.sending import Sender, SendFailedError

LEASE = timedelta(minutes=10)
LOOK_AGAIN_SECONDS = 2.0
LONGEST_WAIT = 600
wait_option = click.option(
    "--wait",
    "wait_seconds",
    type=click.IntRange(0, LONGEST_WAIT),
    default=0,
    metavar="SECONDS",
    help="Wait so long for reports of what became of the messages.",
)


class Tried(Struct, frozen=True):
    """How one message of a trial ended; ``answer`` is what the server said."""

    language: str
    message_id: int
    accepted: bool
    answer: str


def run_trial(context: Context, kind: str, address: str, wait_seconds: int) -> None:
    """Send a message in each language, show the answers, and record the trial.

    With ``wait_seconds`` the command waits so long for what the other side reports.
    """
    sender = make_senders(context.settings).get(kind)
    if sender is None:
        fail(_s("この送り方は、まだ設定されていません。設定のガイドを見てください。"))
    with context.database().write() as session:
        prepared = trials.prepare(context.work(session), kind, address, LEASE)
    if context.speaks:
        click.echo(_s("%(way)s で、6つの言語で送ります。") % {"way": sender.way})
    done = [_send(context, sender, trial) for trial in prepared]
    refused = sum(not one.accepted for one in done)
    with context.database().write() as session:
        trials.keep_trial(
            context.work(session),
            kind,
            str(sender.way),
            accepted=len(done) - refused,
            refused=refused,
        )
    states = _wait(context, [one.message_id for one in done], wait_seconds)
    context.write(
        [
            {
                "language": one.language,
                "accepted": one.accepted,
                "answer": one.answer,
                "state": states[one.message_id][0],
            }
            for one in done
        ]
    )
    if context.speaks:
        _say(done, states, waited=wait_seconds > 0)
    if refused:
        raise SystemExit(FAILED)


def _send(context: Context, sender: Sender, trial: Trial) -> Tried:
    claim = trial.claim
    try:
        accepted = sender.send(claim)
    except SendFailedError as error:
        failure = services.Failure(error.reason, permanent=True)
        with context.database().write() as session:
            services.mark_failed(context.work(session), claim, failure)
        return Tried(trial.locale, claim.id, accepted=False, answer=error.said or error.reason)
    with context.database().write() as session:
        services.mark_sent(context.work(session), claim, accepted.provider_id)
    return Tried(trial.locale, claim.id, accepted=True, answer=accepted.said)


def _wait(context: Context, keys: list[int], seconds: int) -> dict[int, tuple[str, str]]:
    """Return the states of the messages: at once, or when all have a result, or in time."""
    until = time.monotonic() + seconds
    while True:
        with context.database().read() as session:
            states = trials.trial_states(session, keys)
        open_ones = [state for state, _reason in states.values() if state == MessageState.SENT]
        if not open_ones or time.monotonic() >= until:
            return states
        time.sleep(LOOK_AGAIN_SECONDS)


def _say(done: list[Tried], states: dict[int, tuple[str, str]], *, waited: bool) -> None:
    for one in done:
        word = _s("受け付けられました") if one.accepted else _s("断られました")
        click.echo(f"{one.language}: {word}  {' '.join(one.answer.split())}")
        if waited:
            state, reason = states[one.message_id]
            click.echo(f"  {label_of(MessageState, state)} {reason}".rstrip())
    click.echo(
        _s(
            "届いたら、どの文も1通で、終わりまで読めることを確かめてください。"
            "「髙橋・简体・한글」が ? や □ になる会社は、Unicode で送っていません。"
        )
    )

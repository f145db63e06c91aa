"""Every step that a household's timeline can show has words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import admin
import portal
from admin.event_words import event
from portal.domain.contacts.escalations.states import ESCALATION
from portal.domain.foundation.states import StateMachine
from portal.domain.letters.shipments.states import SHIPMENT
from portal.domain.mailroom.incidents.states import COUPON_FAULT
from portal.domain.people.credentials.states import CREDENTIAL
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.tasks.states import TASK
from portal.domain.requests.alternatives.states import ALTERNATIVE
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.recipients.states import CHANGE
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.requests.states import REQUEST


@pytest.mark.parametrize(
    "machine",
    [
        REQUEST,
        DECLINE,
        ALTERNATIVE,
        REDELIVERY,
        CHANGE,
        SHIPMENT,
        ENTITLEMENT,
        COUPON_FAULT,
        CREDENTIAL,
        TASK,
        ESCALATION,
    ],
    ids=lambda m: m.name,
)
def test_every_step_has_words(machine: StateMachine) -> None:
    actions = [f"{machine.name}.{action}" for action in machine.steps]
    assert [action for action in actions if event(action) == action] == []


def strings(node: ast.expr) -> Iterator[str]:
    """The words that an expression can be: one, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*strings(node.body), *strings(node.orelse))


def recorded_of_households(source: str) -> Iterator[str]:
    """The actions that a module records of a household, where they stand in words."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        named = {
            target.id: tuple(strings(node.value))
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(function):
            if (
                not isinstance(call, ast.Call)
                or not isinstance(call.func, ast.Name)
                or len(call.args) < 2
            ):
                continue
            one = call.func.id == "record" and any(
                word.arg == "household_id" for word in call.keywords
            )
            if one or call.func.id == "record_many":
                action = call.args[1]
                yield from (
                    named.get(action.id, ()) if isinstance(action, ast.Name) else strings(action)
                )


def test_every_action_recorded_of_a_household_has_words() -> None:
    files = [
        file for package in (admin, portal) for file in Path(package.__path__[0]).rglob("*.py")
    ]
    found = {
        action
        for file in files
        for action in recorded_of_households(file.read_text(encoding="utf-8"))
    }
    assert {
        "call.verified",
        "call.not_verified",
        "household.closed_to_callers",
        "task.read",
    } <= found
    assert sorted(action for action in found if "." in action and event(action) == action) == []

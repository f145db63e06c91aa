"""Fixtures of the tests of messages."""

from tests.functional.people.notices.sender_support import workers

__all__ = ["workers"]

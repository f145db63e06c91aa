"""Every test of printing may have a ward's own installation."""

from tests.support.mailroom.ward import ward

__all__ = ["ward"]

"""What is killed here may be a ward's own installation."""

from tests.support.mailroom.ward import ward

__all__ = ["ward"]

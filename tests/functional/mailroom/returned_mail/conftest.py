"""The post of the redeliveries' tests serves here too."""

from tests.functional.requests.redeliveries.conftest import post, sqlite_post

__all__ = ["post", "sqlite_post"]

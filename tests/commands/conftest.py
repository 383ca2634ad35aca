"""What tests of the command line share."""

from tests.commands.test_cli import here

__all__ = ["here"]

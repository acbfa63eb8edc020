"""The command line: one file a verb."""

from shopmind.cli.app import app

__all__ = ["app"]

"""`python -m shopmind` is the command `shopmind`."""

from shopmind.cli import app

app()

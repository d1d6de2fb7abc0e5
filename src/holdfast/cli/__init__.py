"""The command line: one file a family of commands, joined here."""

from holdfast.cli.app import main

__all__ = ["main"]

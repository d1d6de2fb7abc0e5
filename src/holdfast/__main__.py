"""Let `python -m holdfast` be the command line."""

from holdfast.cli.app import main

main()

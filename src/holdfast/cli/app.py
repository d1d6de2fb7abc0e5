"""Join the families of commands, and turn what goes wrong into one line and an exit code.

Exit codes: 0 ok, 1 unexpected, 2 usage or configuration, 3 gate not passed, 4 drift or a person is
needed, 5 venue unavailable, 130 interrupted.
"""

import sys
from importlib import import_module

import typer

from holdfast.domain.errors import HoldfastError, LedgerCorrupt, VenueUnavailable
from holdfast.telemetry import configure

FAMILIES = ("up", "desk", "status", "action", "profiles", "ledger", "data")
USAGE, CORRUPT, UNAVAILABLE, INTERRUPTED = 2, 1, 5, 130


def application() -> typer.Typer:
    """Build the whole command line."""
    app = typer.Typer(
        name="holdfast",
        help="A trading desk that is rolled out in stages, verified, and can be rolled back.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for family in FAMILIES:
        import_module(f"holdfast.cli.{family}").register(app)
    return app


def main() -> None:
    """Run one command."""
    configure()
    try:
        application()()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except HoldfastError as error:
        print(f"holdfast: {error}", file=sys.stderr)
        sys.exit(_code_of(error))


def _code_of(error: HoldfastError) -> int:
    if isinstance(error, VenueUnavailable):
        return UNAVAILABLE
    if isinstance(error, LedgerCorrupt):
        return CORRUPT
    return USAGE

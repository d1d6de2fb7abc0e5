"""Ask for an execution mode, stop, and take a stop back: `mode …`, `resume`.

Rules: the commands change the store and the files of the profile's runtime, whether a desk runs or not;
a desk follows by itself. What lowers risk is never asked about. Exit codes: 0 done, 2 usage,
3 refused until something else holds, 4 somebody else was faster or the stop is only local, 5 the store
does not answer, 130 not confirmed.
"""

import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import msgspec
import typer

from holdfast.cli.mode_page import page, seen
from holdfast.clock import SystemClock
from holdfast.domain.errors import CommandRefused, HoldfastError
from holdfast.safety.caps import Override, OverrideFile
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_record import ModeRecord, moment
from holdfast.safety.mode_request import Requester, Requests
from holdfast.safety.mode_store import EpochConflict, StoreFault
from holdfast.wiring.modes import profile_and_place, store_for
from holdfast.wiring.place import place_of

USAGE, REFUSED, PERSON, ABSENT, INTERRUPTED = 2, 3, 4, 5, 130
T = TypeVar("T")
_UNITS = {"s": 1, "m": 60, "h": 3600}

Named = Annotated[str, typer.Option("--profile", help="The profile whose desk is meant.")]
Folder = Annotated[Path | None, typer.Option("--profiles", help="Folder of profiles.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the ledger.")]
Actor = Annotated[str, typer.Option("--actor", help="Who asks; needed for LIVE, clear and resume.")]
Needed = Annotated[str, typer.Option("--actor", help="Who asks.")]
For = Annotated[str, typer.Option("--for", help="How long: 900s, 15m, 2h; a day at most.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask again.")]


def register(app: typer.Typer) -> None:
    """Add the group `mode` and the command `resume` to an application."""
    group = typer.Typer(help="Look at or ask for an execution mode.", no_args_is_help=True)
    for name, command in _COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group, name="mode")
    app.command("resume")(resume)


def show(profile: Named = "paper", profiles: Folder = None, *, as_json: AsJson = False) -> None:
    """Show what is requested, what stops the desk, and how the running desk stands.

    Example: `holdfast mode show --profile canary`
    """
    with _faults():
        loaded, place = profile_and_place(profile, profiles)
        found = seen(store_for(loaded, place, profiles), place)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        page(found)
    if found.store_fault:
        raise typer.Exit(ABSENT)


def live(
    reason: Reason,
    actor: Needed,
    span: For = "15m",
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Ask for LIVE for a while; each desk arms by itself, or says why it does not.

    Example: `holdfast mode live --profile canary --reason "go 12" --actor ada --for 15m`
    """
    with _faults():
        loaded, _ = profile_and_place(profile, profiles)
        most = loaded.settings.execution_mode
        if most not in {"CANARY_LIVE", "LIVE"}:
            raise CommandRefused(f"the highest mode of profile {profile} is {most}")
        seconds = _seconds(span)
        if not yes:
            cap = loaded.settings.max_order_notional_usd
            _confirm(f"Orders up to {cap} on {loaded.venue} {loaded.symbol} for {span}. Go LIVE?")
        asked = _ask(profile, profiles, actor, reason, lambda ask, who: ask.live(who, seconds))
    _told(asked, as_json=as_json)


def dry(
    reason: Reason = "operator",
    actor: Actor = "",
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask for DRY: entries are let go, exits stay until they are done.

    Example: `holdfast mode dry --profile canary --reason "quiet night"`
    """
    with _faults():
        asked = _ask(profile, profiles, actor, reason, lambda ask, who: ask.dry(who))
    _told(asked, as_json=as_json)


def estop(
    reason: Reason = "operator",
    actor: Actor = "",
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask every desk of this record to stop; where the store is silent, stop this one by file.

    Example: `holdfast mode estop --profile canary --reason "odd fills"`
    """
    with _faults():
        try:
            asked = _ask(profile, profiles, actor, reason, lambda ask, who: ask.estop(who))
        except HoldfastError as fault:
            StopFiles(place_of(profile, profiles).folder).kill(reason)
            _say(f"only this desk is stopped, by its kill file: {fault}", PERSON)
    _told(asked, as_json=as_json)


def clear(
    reason: Reason,
    actor: Needed,
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Take the stop out of the record; each desk stays stopped until it is resumed.

    Example: `holdfast mode clear --profile canary --reason "found it" --actor ada`
    """
    with _faults():
        asked = _ask(profile, profiles, actor, reason, lambda ask, who: ask.clear(who))
    _told(asked, as_json=as_json)


def limit(
    at_most: Annotated[str, typer.Argument(metavar="LEVEL", help="HALT, DRY or CANARY_LIVE.")],
    reason: Reason,
    actor: Needed,
    span: For = "2h",
    profile: Named = "paper",
    profiles: Folder = None,
) -> None:
    """Keep this one desk at or below a level for a while; LIVE takes the limit away.

    Example: `holdfast mode limit DRY --profile canary --reason "audit" --actor ada --for 2h`
    """
    with _faults():
        clock, seconds = SystemClock(), _seconds(span)
        file = OverrideFile(place_of(profile, profiles).folder, clock)
        if at_most == "LIVE":
            file.remove()
            typer.echo("the limit is gone; the desk arms again by its reads")
            return
        wall = clock.wall()
        given = {
            "at_most": at_most,
            "issued_at": moment(wall),
            "expires_at": moment(wall + seconds * 1_000_000),
            "actor": actor,
            "reason": reason,
        }
        try:
            file.write(msgspec.convert(given, Override, strict=True))
        except msgspec.ValidationError as fault:
            raise HoldfastError(f"{fault}; allowed: HALT, DRY, CANARY_LIVE, LIVE") from None
    typer.echo(f"at most {at_most} for {span}")


def resume(
    reason: Reason,
    actor: Needed,
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    yes: Yes = False,
) -> None:
    """Take a stop back, once the record was cleared under a higher epoch; the desk goes to DRY.

    Example: `holdfast resume --profile canary --reason "found it" --actor ada`
    """
    with _faults():
        if not yes:
            _confirm(f"Take the emergency stop of {profile} back?")
        word = _ask(profile, profiles, actor, reason, lambda ask, _: ask.resume(actor, reason))
    typer.echo(f"resumed under epoch {word.epoch}; the desk takes it up at its next read")


def _ask(
    profile: str,
    profiles: Path | None,
    actor: str,
    reason: str,
    change: Callable[[Requests, Requester], T],
) -> T:
    loaded, place = profile_and_place(profile, profiles)
    clock = SystemClock()
    who = Requester(
        env=loaded.env,
        profile_sha=loaded.digest,
        actor=actor or getpass.getuser(),
        reason=reason,
    )
    store = store_for(loaded, place, profiles)
    try:
        return change(Requests(store, StopFiles(place.folder), clock), who)
    finally:
        store.close()


def _told(record: ModeRecord, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(record).decode())
        return
    stop = ", emergency stop" if record.estop else ""
    until = f" until {record.expires_at:%Y-%m-%d %H:%M:%S} UTC" if record.expires_at else ""
    typer.echo(f"requested: {record.requested}{stop}{until}, epoch {record.epoch}")


def _seconds(span: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", span)
    if found is None:
        raise HoldfastError(f"{span} is not a length of time; write 900s, 15m or 2h")
    return int(found[1]) * _UNITS[found[2]]


def _confirm(question: str) -> None:
    if not typer.confirm(question, err=True):
        raise typer.Exit(INTERRUPTED)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except EpochConflict as fault:
        _say(str(fault), PERSON)
    except StoreFault as fault:
        _say(str(fault), ABSENT)
    except CommandRefused as fault:
        _say(str(fault), REFUSED)
    except HoldfastError as fault:
        _say(str(fault), USAGE)


def _say(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


_COMMANDS: dict[str, Callable[..., None]] = {
    "show": show,
    "live": live,
    "dry": dry,
    "estop": estop,
    "clear": clear,
    "limit": limit,
}

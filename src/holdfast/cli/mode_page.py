"""Lay out what is known about an execution mode: the record, what stops the desk, the desk itself."""

from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.ledger.paths import Runtime
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_record import ModeRecord, RecordRejected, parse
from holdfast.safety.mode_store import ModeStore, StoreFault

_STATUS = "status.json"


class Seen(msgspec.Struct, kw_only=True):
    """What a look from outside finds; `desk` is what the desk last published of its own mode."""

    store: str
    store_fault: str = ""
    record: ModeRecord | None = None
    rejected: str = ""
    warnings: tuple[str, ...] = ()
    killed: bool = False
    stopped_by: str = ""
    stop_epoch: int | None = None
    desk: dict[str, Any] | None = None


def seen(store: ModeStore, place: Runtime) -> Seen:
    """Look at store, files and published status; nothing is changed."""
    files = StopFiles(place.folder)
    found = Seen(store=store.name, killed=files.killed(), desk=_published(place))
    latch = files.latched()
    if latch is not None:
        found.stopped_by, found.stop_epoch = latch.source, latch.epoch
    try:
        raw = store.read()
        found.record = None if raw is None else parse(raw)
        found.warnings = store.warnings()
    except StoreFault as fault:
        found.store_fault = str(fault)
    except RecordRejected as fault:
        found.rejected = str(fault)
    finally:
        store.close()
    return found


def page(found: Seen) -> None:
    """Print it for people."""
    table = Table.grid(padding=(0, 2))
    for name, text in _lines(found):
        table.add_row(name, Text(text))
    Console().print(table)


def _lines(found: Seen) -> list[tuple[str, str]]:
    stop = " and ".join(
        (["the kill file"] if found.killed else [])
        + ([f"{found.stopped_by} (epoch {found.stop_epoch})"] if found.stopped_by else [])
    )
    lines = [("store", found.store_fault or found.store), *_requested(found)]
    lines += [("stopped by", stop or "nothing")]
    lines += [("warning", each) for each in found.warnings]
    told = (
        "effective",
        "state",
        "last_cause",
        "streak",
        "read_age_s",
        "lease_remaining_s",
        "unmet",
    )
    lines += [(each, str(found.desk[each])) for each in told if found.desk and each in found.desk]
    return lines


def _requested(found: Seen) -> list[tuple[str, str]]:
    record = found.record
    if record is None:
        return [("requested", found.rejected or "nothing: DRY")]
    lines = [
        ("requested", record.requested + (", emergency stop" if record.estop else "")),
        ("epoch", str(record.epoch)),
        ("by", f"{record.actor}: {record.reason}"),
        ("at", f"{record.issued_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    if record.expires_at is not None:
        lines.append(("until", f"{record.expires_at:%Y-%m-%d %H:%M:%S} UTC"))
    return lines


def _published(place: Runtime) -> dict[str, Any] | None:
    try:
        status = msgspec.json.decode((place.published / _STATUS).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError):
        return None
    block = status.get("execution")
    return block if isinstance(block, dict) else None

"""Keep a finished replay in a folder of its own: ledger, report as a page, report as JSON.

Rules: a folder appears whole or not at all; nothing that exists is written over; folders are 0700 and
files 0600. The ledger holds every candle that was driven, quiet ones too, so that its candles can be
replayed again.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from holdfast.clock import Clock
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.errors import DataError
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.paths import FILE_MODE, FOLDER_MODE, make_private, write_private
from holdfast.replay.equity import Curve
from holdfast.replay.page import render
from holdfast.replay.report import Report
from holdfast.venue.candles import Candles

LEDGER, PAGE, DATA = "ledger.duckdb", "report.html", "report.json"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_target(folder: Path) -> None:
    """Refuse a folder that holds something already."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise DataError(f"--out {folder} exists and is not an empty folder; do: name a new folder")


def folder_for(root: Path, clock: Clock, profile: str, event_hash: str) -> Path:
    """Name a new folder by time, profile and event hash; a number is added where it is taken."""
    moment = _EPOCH + timedelta(microseconds=clock.wall())
    name = f"{moment:%Y%m%dT%H%M%SZ}-{profile}-{event_hash[:8]}"
    names = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next(root / one for one in names if not (root / one).exists())


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Give a folder to fill; it takes its name when all went well, and is gone otherwise."""
    make_private(folder.parent)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=FOLDER_MODE)
    try:
        yield part
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def save_ledger(
    folder: Path,
    ledger: BulkLedger,
    candles: Candles,
    walked: int,
    clock: Clock,
    found: LedgerFounded,
) -> Path:
    """Write the ledger with every candle that was driven."""
    ledger.candles = [candles.row(index) for index in range(walked)]
    path = ledger.write_to(folder / LEDGER, clock=clock, found=found)
    path.chmod(FILE_MODE)
    return path


def save_page(folder: Path, report: Report, curve: Curve) -> None:
    """Write the page."""
    write_private(folder / PAGE, render(report, curve).encode())


def save_data(folder: Path, report: Report) -> None:
    """Write the page's twin in JSON."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=1)
    write_private(folder / DATA, text + b"\n")

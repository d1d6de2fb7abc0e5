"""D13, D14, D18: losses come to their limit, the ledger cannot be written, an old ledger comes back."""

import resource
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

from holdfast.domain.money import ZERO
from holdfast.wiring.drills import books
from holdfast.wiring.drills.scenes_mode import ADDS
from holdfast.wiring.drills.stage import LEASE, LIVE, SceneBroken, Stage

HOUR = 3600
ROUNDS = 40
RESTORED = 600.0  # market seconds a restored desk is given
CLOSED_TICKS = 12  # so long a desk is watched whose disk is full


def daily_loss(stage: Stage) -> None:
    """D13: cycles that lose come to the day's limit."""
    stage.begin()
    limit = Decimal(stage.furnished.settings.daily_loss_limit)
    for _ in range(ROUNDS):
        if "daily_loss" in _holds(stage):
            break
        _cycle(stage)
    lost = _loss(stage)
    held = "daily_loss" in _holds(stage) and lost >= limit
    last = Decimal(str(books.one(stage, _LAST) or 0))
    at_once = lost - max(-last, ZERO) < limit
    stage.notebook.judge("locked", held and at_once, f"loss {lost}, the last cycle {last}")
    before = books.calls(stage, *ADDS)
    stage.ticks(6)
    sent = books.calls(stage, *ADDS) - before
    stage.notebook.judge("no_entries", sent == 0, f"{sent} submissions after the lock")
    for _ in range(25):
        stage.ticks(1, HOUR)
    stage.ticks(2)
    stands = "daily_loss" in _holds(stage)
    stage.notebook.judge("stands_overnight", stands, f"holds after midnight: {_holds(stage)}")
    done, message = stage.post("/api/action", {"action": "resume"})
    stage.ticks(2)
    free = "daily_loss" not in _holds(stage)
    stage.notebook.judge("resumed_by_hand", done and free, message)
    books.agree(stage)


def ledger_closed(stage: Stage) -> None:
    """D14: a second writer comes, then the disk is full."""
    stage.begin()
    place = stage.house.place
    second = stage.launch()
    code = second.wait(90)
    told = second.last_line
    stage.notebook.judge("second_refused", bool(code), f"exit code {code}: {told[-200:]}")
    stage.ticks(2)
    desk = stage.desk
    if desk is None or not hasattr(resource, "prlimit"):
        raise SceneBroken("this system cannot fill a running desk's disk; it needs prlimit")
    stage.admin.cancel(cl_ord_id=books.entries(stage)[0])
    before, rested = books.calls(stage, *ADDS), len(books.open_at_exchange(stage))
    full = max(path.stat().st_size for path in place.folder.glob(f"{place.ledger.name}*"))
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
    ticks = 0
    while ticks < CLOSED_TICKS and stage.tick():
        ticks += 1
    sent = books.calls(stage, *ADDS) - before
    code = desk.wait(20)
    told = f"{sent} submissions; the desk ended with {code} after {ticks} ticks: {desk.last_line}"
    stage.notebook.judge("fails_closed", sent == 0 and (code is None or code != 0), told[:400])
    stage.kill_desk()
    kept = len(books.open_at_exchange(stage))
    stage.notebook.judge("orders_rest", kept == rested, f"{kept} of {rested} orders rest")
    stage.start_desk()
    alive = stage.until(lambda: stage.mode == LIVE, 120)
    stage.settle(2 * stage.furnished.settings.slots)
    stage.notebook.judge("goes_on", alive is not None, f"LIVE after {alive} s")
    books.agree(stage)


def restored_backup(stage: Stage) -> None:
    """D18: the ledger of an hour ago is put back."""
    stage.begin()
    _cycle(stage)
    stage.stop_desk()
    copy = _copied(stage)
    _start_again(stage)
    for _ in range(6):
        _cycle(stage)
        stage.ticks(5, HOUR / 30)
    stage.stop_desk()
    theirs, before = books.fills_at_exchange(stage), books.fills_booked(stage)
    _put_back(stage, copy)
    old = books.fills_booked(stage)
    sent = books.calls(stage, *ADDS)
    stage.start_desk()
    stage.ask_mode(lambda ask, who: ask.live(who, LEASE))
    took = stage.until(lambda: stage.mode == LIVE and stage.is_settled(), RESTORED)
    holds, sent = _holds(stage), books.calls(stage, *ADDS) - sent
    stage.notebook.within("restored", took, f"fills {old} in the backup, {before} before it")
    told = f"{sent} submissions; holds {holds}"
    stage.notebook.judge("held_until_then", took is not None or not sent, told)
    stage.stop_desk()
    ours, now = books.fills_booked(stage), books.fills_at_exchange(stage)
    held = ours == now and now >= theirs > old
    stage.notebook.judge("same_fills", held, f"{ours} booked, {now} at the exchange, {old} before")
    books.agree(stage)


def _start_again(stage: Stage) -> None:
    stage.start_desk()
    _start_live(stage)


def _start_live(stage: Stage) -> None:
    if stage.mode != LIVE:
        stage.arm(1200)
    stage.settle(within=900)


def _cycle(stage: Stage) -> None:
    """Fill one entry by hand, and then its exit."""
    if stage.until(lambda: bool(books.entries(stage)), 1200) is None:
        raise SceneBroken("no entry came to rest")
    stage.admin.fill(cl_ord_id=books.entries(stage)[0], vol="100000")
    if stage.until(lambda: bool(books.exits_at_exchange(stage)), 120) is None:
        raise SceneBroken("no exit came to rest")
    for name in books.exits_at_exchange(stage):
        stage.admin.fill(cl_ord_id=name, vol="100000")
    stage.ticks(2)


def _holds(stage: Stage) -> list[str]:
    found: Any = stage.status().get("holds", {})
    return sorted(found if isinstance(found, dict) else [row["name"] for row in found])


def _loss(stage: Stage) -> Decimal:
    sql = "select cast(coalesce(sum(-net), 0) as varchar) from cycles where net < 0"
    return Decimal(str(books.one(stage, sql)))


_LAST = "select cast(net as varchar) from cycles order by seq desc limit 1"


def _copied(stage: Stage) -> Path:
    place = stage.house.place
    copy = stage.house.folder / "backup"
    copy.mkdir(mode=0o700)
    shutil.copyfile(place.ledger, copy / place.ledger.name)
    return copy


def _put_back(stage: Stage, copy: Path) -> None:
    place = stage.house.place
    for left in place.folder.glob(f"{place.ledger.name}*"):
        left.unlink()
    for snapshot in place.snapshots.iterdir():
        snapshot.unlink()
    shutil.copyfile(copy / place.ledger.name, place.ledger)
    place.ledger.chmod(0o600)

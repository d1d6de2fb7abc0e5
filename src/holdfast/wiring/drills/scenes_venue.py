"""D11, D12, D16, D17, D20: the exchange refuses, stands still, holds strangers, or is slow."""

from itertools import pairwise
from typing import Any

from holdfast.domain.market import SECOND
from holdfast.wiring.drills import books
from holdfast.wiring.drills.scenes_mode import ADDS
from holdfast.wiring.drills.stage import TICK, SceneBroken, Stage

BACK_OFF = (5, 10, 20, 40, 60)
FROZEN = 65.0
SLOW_TICKS = 4
SLOW_SECONDS = 120.0  # of the machine, at most


def rate_limit(stage: Stage) -> None:
    """D11: five submissions in a row are turned away."""
    stage.begin()
    stage.admin.faults(*stage.drill.faults)
    stage.admin.cancel(cl_ord_id=books.entries(stage)[0])
    began = stage.now
    stage.until(lambda: _acted(stage), 300)
    stage.settle(2 * stage.furnished.settings.slots, within=300)
    ended = stage.now
    books.agree(stage)
    sql = f"select market_time from submissions where market_time between {began} and {ended}"
    sent = sorted(int(row[0]) for row in books.rows(stage, f"{sql} and action = 'place'"))
    gaps = [(after - before) / SECOND for before, after in pairwise(sent)]
    near = zip(BACK_OFF, gaps, strict=False)
    held = len(gaps) >= len(BACK_OFF) and all(at <= gap <= at + 2 * TICK for at, gap in near)
    stage.notebook.judge("backs_off", held, f"seconds between submissions: {gaps}")
    stage.notebook.judge("no_storm", len(sent) <= len(BACK_OFF) + 1, f"{len(sent)} submissions")
    sql = f"select count(*) from event where type = 'OrderPlaced' and market_time between {began} and {ended}"
    decided = int(books.one(stage, sql))
    told = f"{decided} orders decided for {len(sent)} submissions"
    stage.notebook.judge("no_churn", decided == len(sent), told)


def stale_price(stage: Stage) -> None:
    """D12: the ticker stands still."""
    stage.begin()
    for name in books.entries(stage)[:2]:
        stage.admin.fill(cl_ord_id=name, vol="1000")
    if stage.until(lambda: len(books.exits_at_exchange(stage)) > 1, 120) is None:
        raise SceneBroken("no two exits came to rest")
    gone, *kept = sorted(books.exits_at_exchange(stage))
    stage.admin.faults(*stage.drill.faults)
    began = stage.now
    took = stage.until(lambda: not _is_fresh(stage), 120)
    stage.notebook.within("stale_within", took)
    before = books.calls(stage, *ADDS)
    stage.admin.fill(cl_ord_id=gone, vol="1000")
    stage.ticks(round(FROZEN / TICK))
    sent = books.calls(stage, *ADDS) - before
    blocks = [str(row[0]) for row in books.rows(stage, _BLOCKS.format(began))]
    held = sent == 0 and any("stale_price" in block for block in blocks)
    stage.notebook.judge("entries_refused", held, f"{sent} sent; blocked by {blocks[-3:]}")
    resting = set(kept) & books.exits_at_exchange(stage)
    told = f"{len(resting)} of {len(kept)} rest"
    stage.notebook.judge("exits_stay", len(resting) == len(kept), told)
    stage.admin.faults()
    stage.settle(2)
    books.agree(stage)


_BLOCKS = (
    "select distinct payload from event where type = 'LegBlocked' and market_time >= {} "
    "order by payload"
)


def foreign_order(stage: Stage) -> None:
    """D16: a person places an order by hand."""
    stage.begin()
    told: Any = stage.admin.order(
        pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="100", oflags="post"
    )
    txid = str(told["txid"])
    took = stage.until(lambda: txid in _foreign(stage), 120)
    stage.notebook.within("reported", took, f"foreign {_foreign(stage)}")
    stage.ticks(round(60 / TICK))
    state: Any = stage.admin.state(rows=False)
    rests = txid in {row["txid"] for row in state["open"]}
    stage.notebook.judge("left_alone", rests, "it rests on" if rests else "it is gone")
    stage.notebook.judge("agreed", bool(_reconcile(stage)["agreed"]), str(_reconcile(stage)))
    books.agree(stage)


def key_scope(stage: Stage) -> None:
    """D17: the key may withdraw."""
    stage.open()
    desk = stage.launch()
    code = desk.wait(90)
    told = desk.last_line
    stage.notebook.judge("refused", bool(code), f"exit code {code}: {told}")
    stage.notebook.judge("says_why", "withdraw" in told, told)
    sent = books.calls(stage, *ADDS, "AmendOrder", "CancelOrder")
    stage.notebook.judge("nothing_sent", sent == 0, f"{sent} requests that trade")


def slow_venue(stage: Stage) -> None:
    """D20: answers take nine tenths of the time-out."""
    stage.begin()
    stage.admin.faults(*stage.drill.faults)
    stage.admin.cancel(cl_ord_id=books.entries(stage)[0])
    stage.admin.fill(cl_ord_id=books.entries(stage)[-1], vol="1000")
    began, ticked = stage.machine.monotonic(), 0
    longest, last = 0.0, int(stage.status()["tick"])
    changed = began
    while stage.machine.monotonic() - began < SLOW_SECONDS:
        stage.tick(0.25)
        now = int(stage.status()["tick"])
        if now != last:
            at = stage.machine.monotonic()
            ticked, last = ticked + now - last, now
            longest, changed = max(longest, at - changed), at
        if ticked > SLOW_TICKS and _acted(stage) and stage.is_settled(2):
            break
    took = stage.machine.monotonic() - began
    stage.notebook.judge("overran", longest > TICK, f"the longest tick took {longest:.1f} s")
    most = took / TICK + 2  # the one in hand at either end
    stage.notebook.judge("none_queued", ticked <= most, f"{ticked} ticks in {took:.0f} s")
    stage.notebook.judge(
        "resolved", not stage.way()["unknown"], f"{stage.way()['unknown']} unknown"
    )
    stage.admin.faults()
    books.agree(stage)


def _acted(stage: Stage) -> bool:
    """Say whether every fault of the plan has been met."""
    told: Any = stage.admin.state(rows=False)["faults"]
    return all(one["acted"] >= one["times"] for one in told)


def _is_fresh(stage: Stage) -> bool:
    fresh = stage.status().get("price_fresh", True)
    return bool(fresh)


def _reconcile(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.way()["reconcile"] or {}
    return found


def _foreign(stage: Stage) -> list[str]:
    return list(_reconcile(stage).get("foreign", []))

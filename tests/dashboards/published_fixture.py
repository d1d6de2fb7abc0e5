"""Make a small published folder as a paper desk would leave it: a wave, a few slots, real columns.

Everything follows from the arguments, so the same call makes the same folder. The trading rule is a
toy (entries 0.3 % away, exits 1 % on); the columns and key names are the product's.
"""

import json
import math
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

MINUTE = 60_000_000
START = 1_790_000_000_000_000 // MINUTE * MINUTE
SIZE = Decimal(50)
FEE = Decimal("0.0025")
STEP = Decimal("0.00001")
Tables = dict[str, tuple[int, bytes]]  # of each table its rows' number and its Parquet file
_AMOUNT = "decimal(38,18)"
SHAPES = {
    name: text.replace("$", _AMOUNT)
    for name, text in {
        "event": "seq bigint, market_time bigint, recorded_at bigint, stream varchar, "
        "type varchar, version integer, payload varchar, chain_hash varchar",
        "candles": "opened_at bigint, open $, high $, low $, close $, volume $",
        "fills": "seq bigint, market_time bigint, client_order_id varchar, slot_id bigint, "
        "leg varchar, role varchar, side varchar, cycle bigint, price $, size $, cost $, fee $, "
        "liquidity varchar",
        "cycles": "seq bigint, market_time bigint, slot_id bigint, leg varchar, cycle bigint, "
        "entry_price $, exit_price $, size $, gross $, entry_fee $, exit_fee $, net $, "
        "entry_time bigint, reason varchar",
        "equity": "opened_at bigint, close $, base $, quote $, equity double, hodl double",
        "slots": "slot_id bigint, net_profit $, fees $, round_trips bigint, state varchar",
        "accounts": "account varchar, asset varchar, balance $",
    }.items()
}


class Desk:
    """A toy desk that writes down what it did, in the shape of the published tables."""

    def __init__(self, slots: int, note: str) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("event", "candles", "fills", "cycles", "equity", "slots")
        }
        self.legs = {(slot, leg): _leg(leg) for slot in range(slots) for leg in "AB"}
        self.totals = {slot: [Decimal(0), Decimal(0), 0] for slot in range(slots)}
        self.accounts: dict[tuple[str, str], Decimal] = {}
        self.note = note
        self.local = 0
        self.log(0, "ops/ledger", "LedgerFounded", genesis="paper", env="paper")
        for asset, amount in (("DOGE", Decimal(2_000)), ("USD", Decimal(200))):
            self.move(asset, "venue:free", "external", amount)
            self.log(START, "account", "BalanceOpened", asset=asset, amount=str(amount))
        for slot in range(slots):
            self.log(START, "slot", "SlotAdded", slot=slot, sticky=slot % 2 == 0)

    def log(self, at: int, stream: str, kind: str, **payload: Any) -> int:
        rows = self.rows["event"]
        text = json.dumps(payload, separators=(",", ":"), sort_keys=True)
        rows.append({"seq": len(rows) + 1, "market_time": at, "recorded_at": at, "stream": stream})
        rows[-1] |= {"type": kind, "version": 1, "payload": text, "chain_hash": "0" * 64}
        return len(rows)

    def move(self, asset: str, target: str, source: str, amount: Decimal) -> None:
        for account, change in ((target, amount), (source, -amount)):
            key = (account, asset)
            self.accounts[key] = self.accounts.get(key, Decimal(0)) + change

    def candle(self, at: int, mark: Decimal, last: Decimal) -> None:
        high, low = max(mark, last) * Decimal("1.001"), min(mark, last) * Decimal("0.999")
        bar = {"open": last, "high": high.quantize(STEP), "low": low.quantize(STEP), "close": mark}
        self.rows["candles"].append({"opened_at": at, **bar, "volume": Decimal(40_000)})
        for (slot, name), leg in self.legs.items():
            self.step(at, slot, name, leg, bar)
        held = sum(
            (v for (a, s), v in self.accounts.items() if a == "venue:free" and s == "USD"),
            Decimal(0),
        )
        doge = self.accounts["venue:free", "DOGE"]
        worth = {"equity": float(held + doge * mark), "hodl": float(200 + 2_000 * mark)}
        self.rows["equity"].append(
            {"opened_at": at, "close": mark, "base": doge, "quote": held, **worth}
        )

    def step(
        self, at: int, slot: int, name: str, leg: dict[str, Any], bar: dict[str, Decimal]
    ) -> None:
        order = leg["order"]
        if order is None:
            if slot == 1 and name == "B":
                leg["block"] = "balance"
                return
            self.place(at, slot, name, leg, bar["close"])
        elif bar["low"] <= Decimal(order["price"]) <= bar["high"]:
            self.fill(at, slot, name, leg)
            self.place(at, slot, name, leg, bar["close"])

    def place(self, at: int, slot: int, name: str, leg: dict[str, Any], mark: Decimal) -> None:
        lot, sells = leg["lot"], (name == "A") == (leg["lot"] is None)
        away = Decimal(1 if sells else -1) * (Decimal("0.003") + Decimal("0.0012") * slot)
        target = mark * (1 + away)
        if lot is not None:
            target = Decimal(lot["price"]) * (1 + Decimal("0.01" if sells else "-0.01"))
        self.local += 1
        price, side = target.quantize(STEP), "sell" if sells else "buy"
        leg["order"] = {
            "client_order_id": f"{slot:04d}{name}{self.local:08d}",
            "local_id": self.local,
            "role": "exit" if lot else "entry",
            "side": side,
            "cycle": leg["cycle"],
            "price": str(price),
            "size": str(SIZE),
            "placed_at": at,
        }
        facts = {key: value for key, value in leg["order"].items() if key != "placed_at"}
        reason = self.note or ("exit" if lot else "entry")
        self.log(at, "order", "OrderPlaced", slot=slot, leg=name, reason=reason, **facts)

    def fill(self, at: int, slot: int, name: str, leg: dict[str, Any]) -> None:
        order, lot = leg["order"], leg["lot"]
        price = Decimal(order["price"])
        cost = price * SIZE
        fee = (cost * FEE).quantize(Decimal("1E-8"))
        sign = 1 if order["side"] == "buy" else -1
        self.move("DOGE", "venue:free", f"slot:{slot}", sign * SIZE)
        self.move("USD", f"slot:{slot}", "venue:free", sign * cost)
        self.move("USD", "fees", "venue:free", fee)
        facts = {"price": str(price), "size": str(SIZE), "cost": str(cost), "fee": str(fee)}
        keys = {key: order[key] for key in ("client_order_id", "role", "side", "cycle")}
        text = {"slot": slot, "leg": name, "complete": True, "liquidity": "maker", **keys, **facts}
        seq = self.log(at, "fill", "OrderFilled", **text)
        row = {"seq": seq, "market_time": at, "slot_id": slot, "leg": name, "liquidity": "maker"}
        amounts = {key: Decimal(value) for key, value in facts.items()}
        self.rows["fills"].append(row | keys | amounts)
        leg["order"], self.totals[slot][1] = None, self.totals[slot][1] + fee
        if lot is None:
            leg["lot"] = {
                "cycle": leg["cycle"],
                "price": str(price),
                "opened_at": at,
                "fee": str(fee),
            }
        else:
            self.book(at, slot, name, leg, (price, fee))

    def book(
        self, at: int, slot: int, name: str, leg: dict[str, Any], out: tuple[Decimal, Decimal]
    ) -> None:
        entry, paid = Decimal(leg["lot"]["price"]), Decimal(leg["lot"]["fee"])
        gross = abs(out[0] - entry) * SIZE
        net = gross - paid - out[1]
        seq = self.log(
            at,
            "cycle",
            "CycleBooked",
            slot=slot,
            leg=name,
            cycle=leg["cycle"],
            net=str(net),
            exit_price=str(out[0]),
        )
        row = {"seq": seq, "market_time": at, "slot_id": slot, "leg": name, "cycle": leg["cycle"]}
        row |= {
            "entry_price": entry,
            "exit_price": out[0],
            "size": SIZE,
            "gross": gross,
            "net": net,
        }
        row |= {"entry_fee": paid, "exit_fee": out[1], "reason": self.note or "filled"}
        self.rows["cycles"].append(row | {"entry_time": leg["lot"]["opened_at"]})
        self.totals[slot][0] += net
        self.totals[slot][2] += 1
        leg["lot"], leg["cycle"] = None, leg["cycle"] + 1


def build(
    folder: Path,
    *,
    candles: int = 400,
    count: int = 8,
    published_at: int,
    note: str = "",
    **status: Any,
) -> Path:
    """Write a published folder; keywords replace keys of status.json, None removes one."""
    desk, last, tables = _lived(candles, count, note)
    now = START + candles * MINUTE
    write(folder, tables, _status(desk, last, now, note) | status, published_at, now)
    return folder


@cache
def _lived(candles: int, count: int, note: str) -> tuple[Desk, Decimal, Tables]:
    """Let a desk live once for each set of arguments: what it leaves is the same every time."""
    desk = Desk(count, note)
    last = _wave(0)
    for index in range(candles):
        mark = _wave(index)
        desk.candle(START + index * MINUTE, mark, last)
        last = mark
    for (slot, name), leg in desk.legs.items():
        if leg["block"] != "none":
            desk.log(START, "slot", "LegBlocked", slot=slot, leg=name, block=leg["block"])
    tables = _tables(desk)
    with TemporaryDirectory() as place, duckdb.connect() as connection:
        return (
            desk,
            last,
            {
                name: (len(rows), _parquet(connection, name, rows, Path(place) / name))
                for name, rows in tables.items()
            },
        )


def write(
    folder: Path,
    tables: Tables,
    status: dict[str, Any],
    published_at: int,
    market_time: int,
) -> None:
    """Write tables, status and manifest the way the publisher names them."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "events").mkdir(exist_ok=True)
    sequence = tables["event"][0]
    files = {}
    for name, (_, raw) in tables.items():
        part = (
            f"events/1-{sequence}.parquet"
            if name == "event"
            else f"tables/{name}-{sequence}.parquet"
        )
        (folder / part).write_bytes(raw)
        files[name] = part
    manifest = {
        "schema_version": 2,
        "runtime": "fixture",
        "sequence": sequence,
        "projected_to": sequence,
        "market_time": market_time,
        "published_at": published_at,
        "events": [files.pop("event")],
        "tables": files,
    }
    kept = {key: value for key, value in status.items() if value is not None}
    (folder / "status.json").write_text(json.dumps(kept))
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _tables(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    tables = dict(desk.rows)
    states = []
    for slot, (net, fees, count) in desk.totals.items():
        state = {
            "slot_id": slot,
            "a": desk.legs[slot, "A"],
            "b": desk.legs[slot, "B"],
            "recoveries": [],
        }
        row = {"slot_id": slot, "net_profit": net, "fees": fees, "round_trips": count}
        states.append(row | {"state": json.dumps(state)})
    tables["slots"] = states
    balances = [
        {"account": account, "asset": asset, "balance": amount}
        for (account, asset), amount in sorted(desk.accounts.items())
    ]
    tables["accounts"] = balances
    return tables


def _status(desk: Desk, mark: Decimal, now: int, note: str) -> dict[str, Any]:
    resting = sum(leg["order"] is not None for leg in desk.legs.values())
    return {
        "mode": "RUNNING",
        "pause_reason": note,
        "profile": "paper",
        "paper": True,
        "pair": "DOGE/USD",
        "price": str(mark),
        "tick": 400,
        "market_time": now,
        "orchestrated": True,
        "holds": [],
        "stages": {"sticky": "1", "recovery": "0"},
        "total_profit": float(sum(total[0] for total in desk.totals.values())),
        "total_round_trips": sum(total[2] for total in desk.totals.values()),
        "capacity_fill_health": {
            "open_orders_current": resting,
            "open_order_limit_configured": 225,
            "open_order_headroom": 225 - resting,
        },
        "slots": [_slot_row(desk, slot) for slot in desk.totals],
    }


def _slot_row(desk: Desk, slot: int) -> dict[str, Any]:
    a, b = desk.legs[slot, "A"], desk.legs[slot, "B"]
    phase = {(False, False): "S0", (True, False): "S1a", (False, True): "S1b"}
    orders = [
        {**leg["order"], "trade_id": name, "volume": leg["order"]["size"]}
        for name, leg in (("A", a), ("B", b))
        if leg["order"] is not None
    ]
    return {
        "slot_id": slot,
        "sticky": slot % 2 == 0,
        "phase": phase.get((a["lot"] is not None, b["lot"] is not None), "S2"),
        "long_only": False,
        "short_only": b["block"] != "none",
        "mode_source": b["block"],
        "cycle_a": a["cycle"],
        "cycle_b": b["cycle"],
        "total_profit": str(desk.totals[slot][0]),
        "total_round_trips": desk.totals[slot][2],
        "open_orders": orders,
        "recovery_orders": [],
    }


def _leg(name: str) -> dict[str, Any]:
    return {"name": name, "cycle": 1, "order": None, "lot": None, "block": "none"}


def _wave(index: int) -> Decimal:
    wave = (
        math.sin(index / 45) * 0.02 + math.sin(index / 9) * 0.007 + math.sin(index / 2.3) * 0.0015
    )
    return (Decimal("0.09") * Decimal(1 + wave)).quantize(STEP)


def _parquet(
    connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]], path: Path
) -> bytes:
    columns = SHAPES[name].split(", ")
    names = [column.split()[0] for column in columns]
    marks = ", ".join(f"cast(unnest(?) as {column.split(maxsplit=1)[1]})" for column in columns)
    connection.execute(f"create or replace table shape ({SHAPES[name]})")
    if rows:
        values = [[_plain(row[key]) for row in rows] for key in names]
        connection.execute(f"insert into shape select {marks}", values)
    connection.table("shape").write_parquet(str(path))
    return path.read_bytes()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value

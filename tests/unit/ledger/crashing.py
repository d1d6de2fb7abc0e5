"""Commit for ever, and say on standard output each sequence that was acknowledged."""

import sys
from itertools import count
from pathlib import Path

from stories import BASE, FOUNDED, QUOTE, story

from holdfast.clock import SystemClock
from holdfast.domain.events import SlotAdded
from holdfast.ledger import store

store.PROJECT_EVERY = 40
ledger = store.DuckDbLedger.open(
    Path(sys.argv[1]), clock=SystemClock(), base=BASE, quote=QUOTE, found=FOUNDED
)
books = ledger.restore()
if not books.slots:
    for at, entries in story(4, 3):
        ledger.commit(at, entries)
        sys.stdout.write(f"{ledger.sequence}\n")
        sys.stdout.flush()
for number in count():
    slot = books.next_slot_id + number
    ledger.commit(number, [SlotAdded(slot=slot, sticky=True)])
    sys.stdout.write(f"{ledger.sequence}\n")
    sys.stdout.flush()
    if number % 25 == 24:
        ledger.snapshot()
    if number % 40 == 39:
        ledger.checkpoint()

"""Make a ledger, and die by SIGKILL at the place named: in the last step, or before the first row."""

import os
import signal
import sys
from pathlib import Path

from stories import BASE, FOUNDED, QUOTE

from holdfast.clock import SystemClock
from holdfast.ledger import founding, schema, store


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


if sys.argv[2] == "step":
    schema.STEPS = (*schema.STEPS[:-1], schema.STEPS[-1]._replace(apply=die))
else:
    founding.name_assets = die
store.DuckDbLedger.open(
    Path(sys.argv[1]), clock=SystemClock(), base=BASE, quote=QUOTE, found=FOUNDED
)

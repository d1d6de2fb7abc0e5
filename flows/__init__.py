"""Name what Prefect may run; each flow is one file.

| flow | does | deployed as |
|---|---|---|
| `session.session` | records the ticks of a running desk | never: it lives in the desk's process |
| `tick.trading_tick` | one tick, by hand | `tick-<profile>` |
| `replay.replay` | replays candles and publishes the report | `replay-<profile>` |
| `migrate.migrate` | plans or applies the ledger's migrations | `migrate-<profile>` |
| `reconcile.reconcile` | compares books and exchange | `reconcile-<profile>` |
| `verify.verify` | verifies a deployment by a runbook | `verify-<profile>` |
| `drill.drill` | plays a drill on an emulator of its own | `drill-<profile>` |
"""

import os

# Before Prefect is imported: nothing is told to anyone, and no server starts that nobody asked for.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")

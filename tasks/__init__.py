"""Say single verbs to Prefect: each task is one call with a name, never cached, never retried.

`ticks` records a tick, `sessions` keeps a session's seat and page, `desk` runs one tick,
`ledger` plans and applies migrations, `replays` replays, `runbooks` verifies,
`drills` plays drills, `regimes` trains, `pages` publishes artifacts, `server` reaches Prefect, `profiles` loads profiles.
"""

"""Verify a deployment by a runbook: read it, walk its steps, keep evidence, report.

One file is `profiles/runbooks/NAME.yaml`. What a step may look at is in `checks`; a step that could
not be looked at is never a pass.
"""

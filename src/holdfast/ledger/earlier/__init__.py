"""Bring the saved state of the earlier bot into a ledger: read it, judge it, carry it over."""

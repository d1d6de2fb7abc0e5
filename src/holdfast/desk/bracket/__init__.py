"""Bracket ticks with an orchestrator: offers, seats, and exactly one run of each tick."""

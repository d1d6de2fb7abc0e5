"""Decide what a desk may risk, without touching anything: values in, a decision out."""

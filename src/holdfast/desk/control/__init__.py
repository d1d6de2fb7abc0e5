"""The control API: what can be asked of a running desk, and its one table of verbs."""

"""A trading desk rolled out in stages."""

"""Choose parts and join them, in the one place that may know them all."""

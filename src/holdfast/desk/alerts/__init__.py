"""What the desk warns of: the rules, their evaluation by the desk itself, and the same as PromQL."""

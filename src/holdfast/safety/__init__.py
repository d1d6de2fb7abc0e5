"""What stands between a decision and real money: mode, permits, risk policy, keys, the stop that works."""

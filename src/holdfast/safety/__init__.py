"""What stands between a decision and real money: execution mode, permits, the stop that always works."""

"""Look at one thing each: an HTTP answer, a line of a log, how often and why a desk stopped."""

"""Drills: what is broken on purpose on the emulated exchange, and what must be seen then."""

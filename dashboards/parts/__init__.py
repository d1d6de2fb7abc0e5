"""Hold the panels pages are made of; each renders when its block or table is missing."""

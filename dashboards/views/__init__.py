"""Hold the pages; each renders one `Data` and keeps no state of its own."""

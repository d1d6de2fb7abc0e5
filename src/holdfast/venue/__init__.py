"""The road to a venue: what a desk may ask of it, and who answers."""

"""Move a desk from stage to stage, and prove after every step that it stands."""

"""Turn YAML profiles, tracks and the environment into one checked, frozen set of settings."""

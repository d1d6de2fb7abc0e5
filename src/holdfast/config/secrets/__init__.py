"""Secrets: what profiles say instead of them, where they are read, and the type that holds them."""

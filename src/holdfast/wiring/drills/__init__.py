"""What drills are run with: a house of their own, the emulator, a desk, a Redis; and their scenes."""

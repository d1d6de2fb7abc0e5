"""What a desk says of itself: its status, why a slot waits, figures of the day, metrics."""

"""What a desk does on a real venue beside its ticks: send with care, prove, agree, withdraw."""

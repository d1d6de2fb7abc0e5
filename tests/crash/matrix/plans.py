"""Fault plans: what the road and the exchange do to a trading desk; every chance comes from the seed."""

WRITES = ["AddOrder", "AddOrderBatch", "AmendOrder", "CancelOrder"]
READS = ["OpenOrders", "ClosedOrders", "QueryOrders", "TradesHistory", "BalanceEx", "Ticker"]
ADDS = ["AddOrder", "AddOrderBatch"]


def a_bad_road():
    """Lose something often enough that most lives meet it; delays are short, since time stands still."""
    return [
        {"kind": "drop_answer", "endpoints": WRITES, "p": 0.15},
        {"kind": "drop_request", "endpoints": WRITES, "p": 0.08},
        {"kind": "http_5xx", "endpoints": WRITES, "p": 0.04, "when": "after"},
        {"kind": "http_5xx", "endpoints": WRITES, "p": 0.04, "status": 520},
        {"kind": "rate_limit", "endpoints": WRITES, "p": 0.03},
        {"kind": "invalid_nonce", "endpoints": WRITES, "p": 0.02},
        {"kind": "error", "endpoints": WRITES, "p": 0.02, "text": "EService:Busy"},
        {"kind": "partial_fill", "endpoints": ADDS, "p": 0.08, "fraction": 0.3},
        {"kind": "cancel_race", "endpoints": ["CancelOrder"], "p": 0.3},
        {"kind": "drop_answer", "endpoints": READS, "p": 0.02},
        {"kind": "http_5xx", "endpoints": READS, "p": 0.02},
        {"kind": "delay", "endpoints": WRITES, "p": 0.2, "seconds": 0.02},
        {"kind": "delay", "endpoints": WRITES, "p": 0.2, "seconds": 0.02, "when": "after"},
    ]


def a_whole_plan(hours: int):
    """Bring all a day may bring, at a rate a desk has to live with: losses, and spells of trouble.

    Times of spells are seconds since the exchange began; there is one of each kind every two hours.
    """
    rules = [
        {"kind": "drop_answer", "endpoints": WRITES, "p": 0.03},
        {"kind": "drop_request", "endpoints": WRITES, "p": 0.03},
        {"kind": "http_5xx", "endpoints": WRITES, "p": 0.02, "when": "after"},
        {"kind": "http_5xx", "p": 0.005},
        {"kind": "rate_limit", "p": 0.003},
        {"kind": "invalid_nonce", "p": 0.003},
        {"kind": "error", "endpoints": WRITES, "p": 0.01, "text": "EService:Busy"},
        {"kind": "partial_fill", "endpoints": ADDS, "p": 0.05, "fraction": 0.4},
        {"kind": "cancel_race", "endpoints": ["CancelOrder"], "p": 0.2},
        {"kind": "drop_answer", "endpoints": READS, "p": 0.004},
        {"kind": "delay", "p": 0.002, "seconds": 0.05},
    ]
    for number in range(max(1, hours // 2)):
        begin = number * 7200
        rules += [
            {"kind": "maintenance", "from": begin + 900, "until": begin + 1020},
            {"kind": "stale_ticker", "from": begin + 2400, "until": begin + 2640},
            {"kind": "clock_shift", "seconds": 3, "from": begin + 4200, "until": begin + 4500},
            {
                "kind": "maintenance",
                "mode": "cancel_only",
                "from": begin + 5400,
                "until": begin + 5460,
            },
            {
                "kind": "maintenance",
                "mode": "post_only",
                "from": begin + 6000,
                "until": begin + 6060,
            },
        ]
    return rules

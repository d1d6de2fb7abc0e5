"""Name orders, trades and ledger rows as Kraken does, from the seed and a running number."""

import hashlib

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ORDER, TRADE, LEDGER, AMEND, REFERENCE = "O", "T", "L", "A", "R"


def txid(seed: int, kind: str, number: int) -> str:
    """Derive an id of the form OXXXXX-XXXXX-XXXXXX.

    >>> txid(7, ORDER, 1) == txid(7, ORDER, 1), len(txid(7, ORDER, 1)), txid(7, ORDER, 1)[0]
    (True, 19, 'O')
    """
    digest = hashlib.sha256(f"{seed}|{kind}|{number}".encode()).digest()
    signs = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:16])
    return f"{kind}{signs[:5]}-{signs[5:10]}-{signs[10:16]}"

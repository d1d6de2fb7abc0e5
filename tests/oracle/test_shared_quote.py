"""Every recorded share of the quote follows from ours by two defects, and by nothing else (P-6, P-7)."""

import gzip
import json
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("HOLDFAST_SHARED", HERE.parents[2] / "shared"))
RECORDED = SHARED / "vectors" / "formulas.jsonl.gz"


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not here")
def test_shared_out_with_both_defects_our_share_is_the_recorded_one():
    sys.path.insert(0, str(HERE))
    import formulas_sizing as ours
    from recorded import exact

    from holdfast.engine.allocation import committed_buys, share_of_quote

    compared = 0
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if '"b_side_base_usd"' in line]
    for row in rows:
        given, out = row["in"], row["out"]
        if not given["config"]["QUOTE_FIRST_ALLOCATION"]:
            continue
        funds = ours._funds(given)
        buffer = exact(given["config"]["ALLOCATION_SAFETY_BUFFER_USD"])
        twice = funds.free_quote - committed_buys(ours._slots(given))  # P-7
        again = max(twice, buffer) + exact(given["quote_first_carry_usd"])  # P-6
        share = share_of_quote(again, funds.ready, buffer)
        assert float(share.each) == pytest.approx(out["base"], abs=1e-9)
        assert float(share.left) == pytest.approx(out["carry_after"], abs=1e-9)
        compared += 1
    assert compared == 67

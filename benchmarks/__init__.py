"""Measure the replay beside other engines, on the same candles and the same grid.

Rules: nothing here ships in the wheel; absolute numbers belong to one machine, so only ratios of one
run and counts are held to a bar; peers live in environments of their own and never in ours.
"""

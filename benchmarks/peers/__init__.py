"""One module a peer, run as `python -m benchmarks.peers.<name> SLOTS CANDLES` in that peer's environment.

Rules: a module imports its peer, numpy, and of ours only `benchmarks.workload`, `benchmarks.protocol` and
`benchmarks.stopwatch`; building candles and compiling stay outside the timing; each prints one RESULT line.
"""

"""Be an exchange: a process of its own that speaks Kraken's spot REST protocol over a made-up market.

Rules: it knows nothing of the desk, of ccxt, or of the paper venue's books; every change of its state
is one journaled request, applied again in the same order after a death; time is virtual and whole
microseconds; the same seed and the same requests at the same times give the same state.
"""

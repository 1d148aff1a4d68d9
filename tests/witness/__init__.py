"""Witnesses: other people's Kraken clients against the simulated exchange, in their own environment.

`python -m tests.witness` makes that environment, starts `krakentui simulate`, and lets each client speak.
"""

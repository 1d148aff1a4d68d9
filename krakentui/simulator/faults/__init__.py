"""Fault injection: what goes wrong on the way between a client and this exchange, or inside it.

A fault is a name, a match, a schedule and arguments, as JSON:

    {"fault": "drop_answer", "match": {"path": "/0/private/CancelOrder"},
     "when": {"times": 1}, "args": {"effect": "after", "as": "reset"}}

`match` takes surface, path, method, channel, symbol, key, peer and connection, each a value or a list
(`*` stands for anything inside a path). `when` takes `at` (from now), `for` (how long it is in force),
`every` (within that: again each so often), `times`, `prob` and `after_n`. `names.KINDS` has the names.
Schedules run on simulated time; chance comes from a seeded stream of each fault's own. While no fault
is in force, frames and calls do not come past here at all.
"""

from krakentui.simulator.faults.bench import Faults

__all__ = ["Faults"]

"""krakentui: a terminal monitor for a Kraken account.

The house, floor by floor. A floor leans only on floors below it (`tests/test_floors.py`).

    model/       floor 0  what things are: clock, number, secret, order, market, limit, event, error
    budget/      floor 1  how much of every limit is left: counters as intervals, plan, forecast
    wire/spot/   floor 1  bytes to events and back: sign, rest, ws, book (no sockets, no clock)
    settings.py  floor 1  defaults, TOML, environment, command line: one frozen Settings
    log.py       floor 1  the log file, redacted
    state/       floor 2  State.apply(event), merge rules, cancel requests, views
    keys/        floor 3  where keys come from, what a key may do
    net/         floor 3  the only client sockets: http, feed, backoff
    engine/      floor 4  host, session, lane, poller, cancels, feeds, recorder
    ui/          floor 5  app, actions, screens, widgets
    commands/    top      one small module a command
    simulator/   apart    the exchange next door; imports nothing of the above

Flow: bytes from a socket -> recorder tap -> wire -> event -> State.apply -> view -> panel.
A key press: actions -> question (ids frozen) -> engine.cancels -> lane -> net.
"""

__version__ = "0.1.0"

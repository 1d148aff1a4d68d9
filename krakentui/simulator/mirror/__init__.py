"""The mirror: an exchange that says what was recorded of another one, over its own sockets.

What markets and the account say comes from the recording, byte for byte, in its order and at its pace by
the simulated clock; who may speak (keys, signatures, nonces, tokens, paces) and what goes wrong (faults)
stay the exchange's own. What was not recorded is refused, never invented. `reading` makes a `Recording`
of a file, `past` deals it out, `talk` tells it over a websocket, `retelling` says it again in the
exchange's own words, which shows that these words are the recorded ones.
"""

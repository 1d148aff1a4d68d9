"""Kraken Spot: REST, websocket v2 and its order books, without a socket.

sign       the signature of a private request
endpoints  what may be called at all
rest       a call -> bytes, a reply -> events
errors     the exchange's error codes -> our sentences
ws         one websocket talk: requests out, frames in
v1         the old websocket's open orders, for the counter that only they are documented to carry
book       one order book with its checksum
"""

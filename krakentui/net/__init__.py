"""The only client sockets: REST over httpx, feeds over websockets, and when to try again."""

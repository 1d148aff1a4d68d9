"""Protocols as pure text: bytes in, events out, text to send. No sockets, no clock, no logging."""

"""Builders and small fakes that several test folders use."""

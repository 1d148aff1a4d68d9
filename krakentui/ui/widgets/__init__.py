"""Panels: each takes one view and draws it as lines of text."""

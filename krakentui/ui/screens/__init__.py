"""Whole screens: the main one, and the ones that lie on it."""

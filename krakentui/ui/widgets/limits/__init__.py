"""The panels of the Limits screen."""

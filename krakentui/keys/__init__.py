"""Where keys come from and what a key may do."""

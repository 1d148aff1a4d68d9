"""What we believe about the exchange and the account, and how old each belief is."""

"""The screen: draws the views of a session, asks it for what the user wants, knows nothing else."""

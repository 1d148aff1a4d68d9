"""What runs: the host, its sessions, the lane of each key, the poller, the feeds, the cancels."""

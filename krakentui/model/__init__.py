"""What things are: plain, frozen, exact (standard library and msgspec only)."""

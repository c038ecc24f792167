"""What platforms have for us: fetched where they only tell of it, and taken once."""

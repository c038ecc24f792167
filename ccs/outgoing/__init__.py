"""What we say to platforms: how often and how much they allow, what became of it, and how it is taken back."""

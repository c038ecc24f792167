"""What a tag looks like."""

LONGEST = 20            # characters
MOST = 20               # of one session


def is_tag(text: str) -> bool:
    """One line of visible characters. `#` is how pages write tags, and no part of them."""
    return 0 < len(text) <= LONGEST and text.isprintable() and text == text.strip() and not text.startswith(("#", "＃"))

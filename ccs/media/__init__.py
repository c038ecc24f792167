"""Files of messages: what they are, how they are fetched, and what browsers are given of them."""

"""Searching in what was said: how texts are compared and cut, and how the index is filled."""

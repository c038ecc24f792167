"""The world outside, played: fake platforms that talk to the server over the public wire."""

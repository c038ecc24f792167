"""What belongs to an agent, or to the shop's agents together, and to no session: how they write, not what was said."""

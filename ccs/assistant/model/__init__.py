"""A language model as the assistant: any server that speaks OpenAI's chat completions, in the cloud or next door.

`client.py` asks it, `structured.py` makes it choose between what we offer, `responder.py` answers customers with it,
`help.py` helps agents and `summary.py` whoever takes over. Before a text leaves, `masking.py` takes out what is
personal; before an answer is said, `guard.py` looks whether it rests on what the shop has written. `ledger.py` holds
the purse. `joined.py` joins them.
"""

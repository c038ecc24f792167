"""What has been asked of the model since the start, for whoever measures."""

from collections import Counter

from attrs import define, field


@define
class Counters:
    """`requests` counts what was asked of us; each may have taken several `attempts`."""

    requests: int = 0
    attempts: int = 0
    tokens: int = 0
    seconds: float = 0.0                # that requests took, waiting included
    running: int = 0                    # now
    failures: Counter[str] = field(factory=Counter)     # by `failures.Kind`, and "cancelled"

"""Answers from the knowledge base stay as good as they are: loose floors, so that a step back is seen.

`python -m tests.evaluation` prints the numbers themselves.
"""

import pytest

from tests.evaluation.measure import labelled, score, shop


@pytest.mark.gen_test
async def test_answers_are_as_good_as_they_were() -> None:
    found = await score(labelled("dev"), shop())
    assert found.top1 >= 0.9
    assert found.answered >= 0.65
    assert found.wrong <= 0.04
    assert found.recall >= 0.9
    assert found.percentile(0.5) < 20           # milliseconds; it is one here, and other machines are slower

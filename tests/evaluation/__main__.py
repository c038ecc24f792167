"""`python -m tests.evaluation` prints how good the answers are, for each set; with `--show`, what went amiss too."""

import argparse
import asyncio
from collections import Counter

from tests.evaluation.measure import HERE, Score, labelled, score, shop

SETS = ("dev", "held_out", "new_customers")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation")
    parser.add_argument("sets", nargs="*", default=[name for name in SETS if (HERE / f"{name}.csv").exists()])
    parser.add_argument("--show", action="store_true", help="list what went amiss")
    given = parser.parse_args()
    knowledge = shop()
    print(f"{len(knowledge.entries)} entries")
    for name in given.sets:
        found = asyncio.run(score(labelled(name), knowledge))
        print(f"{name:13} {line(found)}")
        if given.show:
            show(found)


def line(found: Score) -> str:
    return (
        f"{len(found.outcomes)} questions: top-1 {found.top1:.3f}, answered {found.answered:.3f}, wrong"
        f" {found.wrong:.3f}, hand-off precision {found.precision:.3f} recall {found.recall:.3f},"
        f" p50 {found.percentile(0.5):.1f} ms, p99 {found.percentile(0.99):.1f} ms"
    )


def show(found: Score) -> None:
    for outcome in found.outcomes:
        asked = outcome.asked
        if outcome.is_wrong:
            verdict = "WRONG"
        elif asked.expect and not outcome.is_found:
            verdict = "missed"
        elif asked.expect and not outcome.is_right:
            verdict = "unsure"
        else:
            continue
        said = asked.question.replace("\n", " / ")
        print(f"  {verdict:6} {outcome.confidence:.2f} {asked.kind:10} {said} → {outcome.found}; {asked.expect or '人'}")
    print(" ", Counter(outcome.asked.kind for outcome in found.outcomes if outcome.is_wrong))


if __name__ == "__main__":
    main()

"""Two million messages as customers and agents write them, for searching: no two alike, some words in many of them.

Sentences are put together from what the demo's shop is asked and answers, from the words that customers use, each the
rarer the later it stands in its list, and from numbers of orders.
"""

import csv
import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from ccs.models import Customer, Session, Status, Via, from_millis
from store import database, sessions
from store.rows import write
from tests.bench.archives import AGENTS, CHANNELS, SPAN
from tests.process import ROOT

WORDS = ROOT / "ccs/assistant/knowledge/words"
ASKED = ROOT / "tests/evaluation"
ANSWERS = ROOT / "ccs/demo/knowledge"
OPENINGS = ("", "", "", "亲，", "你好，", "请问", "那个，", "麻烦问下，", "老板", "在吗？", "好的，", "嗯嗯，", "不好意思，")
ENDINGS = ("", "", "。", "？", "谢谢", "，急", "，麻烦了", "哦", "呢", "～")
LENGTH = 20             # messages of a session
PAUSE = 90_000          # milliseconds between two of them
AT_ONCE = 20_000        # rows written in one go


def build(file: Path, messages: int) -> None:
    file.parent.mkdir(parents=True)
    database.prepare(file)
    started, count, now = time.perf_counter(), messages // LENGTH, int(time.time() * 1000)
    with closing(database.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        lines = said(Random(7))
        for first in range(0, count, AT_ONCE // LENGTH):
            some = [session(number, count, now) for number in range(first, min(first + AT_ONCE // LENGTH, count))]
            rows = [
                (one.id, seq, f"{one.id}{seq}", "customer" if seq % 2 else "manual", "x", next(lines), "text",
                 int(one.created_at.timestamp() * 1000) + seq * PAUSE)
                for one in sorted(some, key=lambda one: one.id) for seq in range(1, LENGTH + 1)
            ]
            with database.transaction(connection):
                write(connection, sessions.TABLE, [sessions.to_row(one) for one in some])
                connection.execute(
                    "INSERT INTO messages (session_id, seq, id, sender, sender_id, content, type, created_at) SELECT"
                    f" {', '.join(f'value ->> {place}' for place in range(8))} FROM json_each(?)",
                    (json.dumps(rows, ensure_ascii=False),),
                )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"  wrote {count * LENGTH:,} messages in {time.perf_counter() - started:.0f} s", flush=True)


def session(number: int, count: int, now: int) -> Session:
    """One after the other, closed but for the last ones."""
    begun = from_millis(now - SPAN + number * ((SPAN - LENGTH * PAUSE) // count))
    status = Status.MANUAL if number > count * 0.99 else Status.CLOSED
    return Session(
        f"{number:032x}", Customer(CHANNELS[number % len(CHANNELS)], "shop", f"buyer-{number}", f"顾客{number}"),
        Via.GATEWAY, status, begun, begun, agent_id=f"agent-{number % AGENTS}", seq=LENGTH,
    )


def said(random: Random) -> Iterator[str]:
    """Without end."""
    texts = [row["question"] for file in sorted(ASKED.glob("*.csv")) for row in _rows(file)]
    answers = [line for file in sorted(ANSWERS.glob("*.md")) for line in _sentences(file)]
    words = [word for file in sorted(WORDS.glob("*.txt")) for word in _words(file)]
    random.shuffle(words)
    while True:
        core = random.choice(answers if random.random() < 0.4 else texts)
        word = words[int(random.random() ** 3 * len(words))]
        number = f"，单号{random.randrange(10**11, 10**12)}" if random.random() < 0.05 else ""
        yield f"{random.choice(OPENINGS)}{word}，{core}{number}{random.choice(ENDINGS)}"


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _sentences(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#", "也")]


def _words(file: Path) -> list[str]:
    found = re.findall(r"[\u4e00-\u9fff]{2,}", file.read_text(encoding="utf-8"))
    return list(dict.fromkeys(found))

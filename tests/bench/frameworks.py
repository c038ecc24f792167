"""The same callbacks against what one would otherwise build on: WeRoBot on Tornado, and wechatpy on FastAPI.

They verify, decrypt, insert into one table of SQLite (WAL, synchronous=FULL) and push to the holder's socket, and do
nothing else: no sessions, no deliveries, no events to resume from. They live in an environment of their own, which is
made when first needed.
"""

import subprocess
import sys
from pathlib import Path

from tests.bench.callbacks import Entrant, against, race
from tests.bench.load import Ear, hold_everyone
from tests.bench.report import Row
from tests.bench.servers import Running, product, yardstick
from tests.process import ROOT

ENVIRONMENT = ROOT / "build" / "bench" / "yardsticks"
PACKAGES = (
    "WeRoBot==1.13.1", "tornado>=6.6.1", "cryptography>=42",    # WeRoBot decrypts with it and does not ask for it
    "wechatpy==1.8.18", "fastapi>=0.115", "uvicorn[standard]>=0.30", "aiosqlite>=0.20",
)


async def run(folder: Path, quick: bool) -> list[Row]:
    python = environment()
    with (
        yardstick("on_werobot", folder / "werobot", python=python) as werobot,
        yardstick("on_fastapi", folder / "fastapi", "sqlite3", python=python) as fastapi,
        yardstick("on_fastapi", folder / "fastapi-aio", "aiosqlite", python=python) as fastapi_aio,
        product(folder / "frameworks") as server,
    ):
        theirs = [
            await entrant("WeRoBot on Tornado", werobot),
            await entrant("wechatpy on FastAPI, sqlite3", fastapi),
            await entrant("wechatpy on FastAPI, aiosqlite", fastapi_aio),
        ]
        ours = Entrant("CCS", server, await hold_everyone(server.port))
        await race([*theirs, ours], *((1000, 3) if quick else (4000, 5)))
    return [against(one, ours, "≥ 2", "≥ 3") for one in theirs]


async def entrant(name: str, server: Running) -> Entrant:
    return Entrant(name, server, await Ear.open(server.port))


def environment() -> str:
    """The interpreter that has the frameworks."""
    python, note = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "installed"
    if not note.exists() or note.read_text() != "\n".join(PACKAGES):
        print("  installing the frameworks", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", *PACKAGES], check=True, timeout=600)
        note.write_text("\n".join(PACKAGES))
    return str(python)

"""The servers under load: each a process of its own on one core, while the load stays on the other."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from attrs import frozen

from ccs.accounts import hash_password, hash_token
from store import database
from tests.platforms import CORP, KEY, TOKEN
from tests.process import ROOT, free_port

SERVER_CORE, LOAD_CORE = 0, 1
START = 30.0            # seconds in which a server must answer
CONFIG = f"""
[server]
port = {{port}}
data_dir = "data"
log_level = "error"
[channels.wechat]
enabled = true
corp_id = "{CORP}"
token = "{TOKEN}"
encoding_aes_key = "{KEY}"
{{wechat}}
[assistant]
provider = "off"
"""


AGENT = "bench-agent"   # who holds every session that customers write in
PROGRAM, PASSWORD = "the token of a program", "the password of an agent"
LOGINS = f"""
[auth]
required = true
[[agents]]
id = "{AGENT}"
role = "supervisor"
token_hash = "{hash_token(PROGRAM)}"
password_hash = "{hash_password(PASSWORD)}"
"""


@frozen
class Running:
    """A server that answers. Its numbers are those of Linux's /proc."""

    port: int
    pid: int
    database: Path
    started_in: float           # seconds from the start of the process to its first answer

    @property
    def memory(self) -> float:
        """Resident, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    @property
    def cpu(self) -> tuple[float, float]:
        """Seconds of processor time so far: of its loop, and of its other threads."""
        spent = {}
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            spent[int(task.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        loop = spent.pop(self.pid)
        return loop, sum(spent.values())

    def stored(self) -> int:
        """How many messages are on disk."""
        with closing(database.connect(self.database, read_only=True)) as connection:
            return connection.execute("SELECT count(*) FROM messages").fetchone()[0]


@contextlib.contextmanager
def product(folder: Path, more: str = "", wechat: str = "", module: str = "server") -> Iterator[Running]:
    """CCS, with its data in `folder`, which may lie there already, and perhaps with logins or more of the channel."""
    folder.mkdir(parents=True, exist_ok=True)
    port, file = free_port(), folder / "config.toml"
    file.write_text(CONFIG.format(port=port, wechat=wechat) + more)
    data = folder / "data" / database.FILE_NAME
    with running([sys.executable, "-m", module, "--config", str(file)], port, data) as server:
        yield server


@contextlib.contextmanager
def yardstick(module: str, folder: Path, *more: str, python: str = sys.executable) -> Iterator[Running]:
    """A module of this package that serves on the port it is given and keeps its messages in the file it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    port, data = free_port(), folder / "yardstick.db"
    with running([python, "-m", f"tests.bench.{module}", str(port), str(data), *more], port, data) as server:
        yield server


@contextlib.contextmanager
def running(command: Sequence[str], port: int, data: Path) -> Iterator[Running]:
    """A server on its own core, until it is no longer needed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, preexec_fn=lambda: stay_on(SERVER_CORE))
    try:
        while not answers(port):
            assert time.perf_counter() - started < START and process.poll() is None, f"{command} did not start"
            time.sleep(0.001)
        yield Running(port, process.pid, data, time.perf_counter() - started)
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), START) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return line.recv(100).startswith(b"HTTP/1.1 ")
    return False


def stay_on(core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})

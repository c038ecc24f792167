"""A server in a process of its own, which can be killed, starved and looked at from outside."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from attrs import define, field

from ccs.demo.gateway import Gateway
from tests.platforms import SECRET

ROOT = Path(__file__).parents[1]
CONFIG = """
[server]
port = {port}
data_dir = "data"
log_level = "{log_level}"
[channels.jd]
enabled = true
gateway_secret = "{secret}"
gateway_url = "{url}"
[assistant]
provider = "{provider}"
"""
OURS = range(20_001, 32_768)        # Linux gives any port from 32768 on, macOS and Windows from 49152 on
START = 20.0            # seconds in which a server must answer


@define
class Process:
    """`python server.py`, with its data in a folder that survives it."""

    folder: Path
    gateway_url: str = ""
    wrapper: list[str] = field(factory=list)        # a command that runs it, strace for one
    port: int = field(factory=lambda: free_port())
    log_level: str = "info"
    provider: str = "off"                           # who answers first
    more: str = ""                                  # settings after the usual ones, the assistant's being the last
    _process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "ccs.db"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def start(self) -> "Process":
        config = self.folder / "config.toml"
        config.write_text(CONFIG.format(
            port=self.port, secret=SECRET, url=self.gateway_url, log_level=self.log_level,
            provider=self.provider,
        ) + self.more)
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*self.wrapper, sys.executable, "server.py", "--config", str(config)], cwd=ROOT, stdout=log, stderr=log,
            )
        deadline = time.monotonic() + START
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"{self.base}/healthz")
                return self
            assert time.monotonic() < deadline and self._process.poll() is None, self.log

    def kill(self) -> None:
        """As a power cut would: nothing is flushed, nobody is asked."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Politely. The exit code."""
        assert self._process
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGTERM)
        return self._process.wait(20)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return httpx.post(self.base + path, json=body if body is not None else {}, timeout=30)

    def get(self, path: str) -> Any:
        return httpx.get(self.base + path, timeout=30).json()["data"]

    def callback(self, body: bytes) -> httpx.Response:
        return httpx.post(
            f"{self.base}/channel/jd/callback", content=body, headers=Gateway(SECRET).headers(body), timeout=30
        )


def free_port() -> int:
    """One that nobody is given who asks for any port, as servers and clients of other tests do meanwhile."""
    while True:
        port = secrets.choice(OURS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def ccs(*arguments: object, input: str = "", **environment: str) -> tuple[int, str, str]:
    """What `python server.py` answers: its code, and what it says and complains of."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CCS_")}
    done = subprocess.run(
        [sys.executable, "server.py", *map(str, arguments)], cwd=ROOT, env={**clean, **environment},
        input=input, capture_output=True, text=True, encoding="utf-8", timeout=30,
    )
    return done.returncode, done.stdout, done.stderr


def refuses(result: tuple[int, str, str], words: str) -> None:
    """One sentence on stderr, code 1, and nothing else."""
    code, said, complained = result
    assert code == 1 and said == "" and words in complained
    assert complained.count("\n") == 1 and "Traceback" not in complained and "Error:" not in complained

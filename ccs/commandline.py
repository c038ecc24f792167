"""What a command line asks for. Nothing is done here, but that a password is asked for."""

import argparse
import sys
from collections.abc import Callable, Iterator
from getpass import getpass
from pathlib import Path

from ccs import __version__
from ccs.accounts import SHORTEST_PASSWORD
from ccs.channels import CHANNELS
from ccs.codec import LONGEST_PASSWORD
from ccs.demo import MOST_CUSTOMERS
from ccs.errors import CannotStart


def read(arguments: list[str] | None) -> argparse.Namespace:
    """`command` is None to start the server. Ends the process where the line makes no sense, and after `--help`."""
    parser = argparse.ArgumentParser(prog="server.py", description="Multi-channel customer service (多渠道客服)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="instead of config.toml beside server.py")
    parser.add_argument("--demo", action="store_true", help="play customers; no configuration, nothing is kept")
    parser.add_argument("--version", action="version", version=f"CCS {__version__}")
    _add_demo(parser)
    _add_commands(parser)
    given = parser.parse_args(arguments)
    for fault in _mixed_up(given):
        parser.error(fault)
    return given


def _add_demo(parser: argparse.ArgumentParser) -> None:
    demo = parser.add_argument_group("of the demo")
    demo.add_argument("--customers", type=_between(int, 1, MOST_CUSTOMERS), metavar="N", help="at a time (6)")
    demo.add_argument("--pace", type=_between(float, 0.1, 100), metavar="X", help="1 is natural")
    demo.add_argument("--seed", type=int, metavar="S", help="the same seed plays the same customers")


def _add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(
        dest="command", metavar="{check,doctor,gateway-check,backup,hash-password,new-token}"
    )
    commands.add_parser("check", help="read the configuration and list what is wrong with it")
    doctor = commands.add_parser("doctor", help="look for what keeps customers away (体检)")
    doctor.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS)
    check = commands.add_parser("gateway-check", help="play a gateway against the running server (网关自检)")
    check.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS)
    check.add_argument("--channel", choices=tuple(CHANNELS), required=True)
    check.add_argument("--url", metavar="URL", help="where the server is, unless the settings say it")
    commands.add_parser("backup", help="copy the database and files").add_argument("target", type=Path)
    commands.add_parser("hash-password", help="ask for a password and print its hash")
    commands.add_parser("new-token", help="print a token for a program, and its hash")


def _between(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be between {low} and {high}")
        return value
    return number


def _mixed_up(given: argparse.Namespace) -> Iterator[str]:
    """What was asked for and would have no effect."""
    if given.demo and given.config:
        yield "--demo needs no configuration and reads none: leave out --config"
    if given.demo and given.command:
        yield f"--demo starts the server: leave out {given.command}"
    for name in ("customers", "pace", "seed"):
        if getattr(given, name) is not None and not given.demo:
            yield f"--{name} belongs to --demo"


def ask_for_password() -> str:
    """From the terminal, unseen and twice; or the first line of what is piped in. Raises CannotStart."""
    if sys.stdin.isatty():
        password = getpass("密码 Password: ")
        if getpass("再输一次 Again: ") != password:
            raise CannotStart("the two are not the same")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise CannotStart(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if not password.isprintable():
        raise CannotStart("a password holds nothing that no keyboard writes, and is UTF-8")
    return password

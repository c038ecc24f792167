"""Who is asking: passwords, tokens and logins.

A password proves an agent once and makes a login, whose token only her browser knows. A program proves itself with a
token of its own on every request. Passwords are kept as argon2id, which is slow on purpose; tokens are random, so that
their SHA-256 is enough. Nothing here keeps or logs either.
"""

import asyncio
import hashlib
import os
import secrets
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import frozen

from ccs.backoff import Backoff
from ccs.errors import TooManyTries, WrongPassword
from ccs.kept import Login
from ccs.models import Agent, Clock
from ccs.settings import Config

SHORTEST_PASSWORD = 8   # characters
MOST_WAITING = 16       # checks in line; each takes some 30 ms and 19 MiB while it runs
WELCOME_KEPT = 10_000   # of those who got in, whom their neighbours' failures do not hold up

# What OWASP's Password Storage Cheat Sheet recommends for argon2id.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Logins(Protocol):
    """The logins on disk."""

    def login(self, login_id: str) -> Login | None: ...


@frozen
class Caller:
    """Who asks, and by which login; None with a program's token."""

    agent: Agent
    login: Login | None = None


class Accounts:
    """The agents of the configuration, and what proves that somebody is one of them."""

    def __init__(self, config: Config, logins: Logins, clock: Clock) -> None:
        self._config = config
        self._logins = logins
        self._now = clock
        self._hours = timedelta(hours=config.auth.session_hours)
        self._passwords = {agent.id: agent.password_hash for agent in config.agents if agent.password_hash}
        self._programs = {agent.token_hash: agent.id for agent in config.agents if agent.token_hash}
        self._slowest = max(self._passwords.values(), key=_cost, default="")
        self._thread = ThreadPoolExecutor(1, "passwords", _give_way)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._welcome: dict[str, None] = {}
        self._of_pair = Backoff(free=3, longest=60)         # an agent's password, tried from one place
        self._of_place = Backoff(free=20, longest=5)        # anybody's; an office has one address, so not for long

    async def check(self, cs_id: str, password: str, address: str) -> Agent:
        """The agent whose password it is. Raises WrongPassword, or TooManyTries without having looked.

        Checks run one after another in a thread. An unknown csId takes as long as a wrong password. Who has got in from
        a place before is not held up by what others try.
        """
        place = _place(address)
        pair = f"{place} {cs_id}"
        self._must_not_wait(pair, place)
        if self._waiting >= MOST_WAITING and pair not in self._welcome:
            raise TooManyTries(1)
        self._waiting += 1
        try:
            async with self._turn:
                self._must_not_wait(pair, place)        # others may have tried meanwhile
                return await self._check(cs_id, password, pair, place)
        finally:
            self._waiting -= 1

    def _must_not_wait(self, pair: str, place: str) -> None:
        wait = self._of_pair.wait(pair, self._seconds())
        if pair not in self._welcome:
            wait = max(wait, self._of_place.wait(place, self._seconds()))
        if wait:
            raise TooManyTries(wait)

    async def _check(self, cs_id: str, password: str, pair: str, place: str) -> Agent:
        known = self._passwords.get(cs_id)
        checked = self._thread.submit(verify_password, known or self._slowest, password)
        is_right = await asyncio.wrap_future(checked)
        agent = self._config.agent(cs_id) if known and is_right else None
        if agent is None:
            self._of_pair.failed(pair, self._seconds())
            self._of_place.failed(place, self._seconds())
            raise WrongPassword("客服编号或密码不正确")
        self._of_pair.succeeded(pair)
        self._welcome[pair] = None
        if len(self._welcome) > WELCOME_KEPT:
            del self._welcome[next(iter(self._welcome))]
        return agent

    def new_login(self, agent: Agent) -> tuple[str, Login]:
        """A token for the agent's browser, and the login to keep of it."""
        token = new_token()
        now = self._now()
        return token, Login(hash_token(token), agent.id, self._credential(agent.id), now, now + self._hours)

    def program(self, token: str) -> Caller | None:
        """The program whose token it is."""
        cs_id = self._programs.get(hash_token(token))
        agent = self._config.agent(cs_id) if cs_id else None
        return Caller(agent) if agent else None

    def browser(self, token: str) -> Caller | None:
        """Who is logged in with this token, unless that has ended. Raises StoreUnavailable."""
        login = self._logins.login(hash_token(token))
        agent = self._config.agent(login.agent_id) if login and self.lasts(login) else None
        return Caller(agent, login) if agent else None

    def lasts(self, login: Login) -> bool:
        """Whether it has not ended: by time, by a logout, or because the agent or her password is another now."""
        ends = min(login.expires_at, login.created_at + self._hours)
        return self._now() < ends and login.credential == self._credential(login.agent_id)

    def _credential(self, cs_id: str) -> str:
        """Stands for the agent's password as it is configured now."""
        return hash_token(f"{cs_id} {self._passwords.get(cs_id, '')}")

    def _seconds(self) -> float:
        return self._now().timestamp()


def _give_way() -> None:
    """A check may take longer, so that nothing else does. Only Linux has a policy for single threads.

    Niceness is not enough: the kernel lets even the nicest thread finish its time slice of some milliseconds, and the
    loop would wait for that. An idle thread is interrupted at once. Beside a burst on a single core a check takes a
    second or two.
    """
    if sys.platform == "linux":
        with suppress(OSError):         # a container may forbid it; then logins are felt a little
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def hash_password(password: str) -> str:
    """argon2id in its usual text form (`$argon2id$v=19$…`)."""
    return _hasher.hash(_normal(password))


def verify_password(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _cost(password_hash: str) -> int:
    parameters = extract_parameters(password_hash)
    return parameters.memory_cost * parameters.time_cost


def new_token() -> str:
    """256 random bits in 43 characters."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _normal(password: str) -> str:
    """The same password however a keyboard writes it (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _place(address: str) -> str:
    """What counts as one: an IPv4 address, in whichever form it comes, or the /64 that a household has of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or parsed.packed[:8].hex())
    return str(parsed)

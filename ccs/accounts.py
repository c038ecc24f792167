"""Who is asking: passwords, tokens and logins.

A password proves an agent once and makes a login, whose token only her browser knows. A program proves itself with a
token of its own on every request. Passwords are kept as argon2id, which is slow on purpose; tokens are random, so that
their SHA-256 is enough. Nothing here keeps or logs either.
"""

import asyncio
import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import frozen

from ccs.backoff import Backoff
from ccs.config import Config
from ccs.errors import TooManyTries, WrongPassword
from ccs.models import Agent, Clock, Login

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 256    # characters
FREE_TRIES = 3          # of one agent's password from one address, before waits begin
FREE_TRIES_OF_ADDRESS = 20
MOST_WAITING = 16       # checks in line; each takes some 30 ms and 19 MiB while it runs

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
        self._programs: Mapping[str, str] = {agent.token_hash: agent.id for agent in config.agents if agent.token_hash}
        self._nobodys = hash_password(secrets.token_hex()) if config.auth.required else ""
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._by_agent = Backoff(FREE_TRIES)
        self._by_address = Backoff(FREE_TRIES_OF_ADDRESS)

    async def check(self, cs_id: str, password: str, address: str) -> Agent:
        """The agent whose password it is. Raises WrongPassword, or TooManyTries without having looked.

        Checks run one after another in a thread. An unknown csId takes as long as a wrong password.
        """
        if self._waiting >= MOST_WAITING:
            raise TooManyTries(1)
        self._waiting += 1
        try:
            async with self._turn:
                return await self._check(cs_id, password, _network(address))
        finally:
            self._waiting -= 1

    async def _check(self, cs_id: str, password: str, network: str) -> Agent:
        pair = f"{network} {cs_id}"
        wait = max(self._by_agent.wait(pair, self._seconds()), self._by_address.wait(network, self._seconds()))
        if wait:
            raise TooManyTries(wait)
        known = self._passwords.get(cs_id)
        is_right = await asyncio.to_thread(verify_password, known or self._nobodys, password)
        agent = self._config.agent(cs_id) if known and is_right else None
        if agent is None:
            self._by_agent.failed(pair, self._seconds())
            self._by_address.failed(network, self._seconds())
            raise WrongPassword("客服编号或密码不正确")
        self._by_agent.succeeded(pair)
        self._by_address.succeeded(network)
        return agent

    def new_login(self, agent: Agent) -> tuple[str, Login]:
        """A token for the agent's browser, and the login to keep of it."""
        token = new_token()
        now = self._now()
        return token, Login(hash_token(token), agent.id, self._credential(agent.id), now, now + self._hours)

    def caller(self, token: str) -> Caller | None:
        """Whose token it is: a program's, or that of a login that has not ended. Raises StoreUnavailable."""
        token_hash = hash_token(token)
        login = None
        cs_id = self._programs.get(token_hash)
        if cs_id is None and (login := self._logins.login(token_hash)) and self.lasts(login):
            cs_id = login.agent_id
        agent = self._config.agent(cs_id) if cs_id else None
        return Caller(agent, login) if agent else None

    def lasts(self, login: Login) -> bool:
        """Whether it has not ended: by time, by a logout, or because the password is another now."""
        return self._now() < login.expires_at and login.credential == self._credential(login.agent_id)

    def _credential(self, cs_id: str) -> str:
        """Stands for the agent's password as it is configured now."""
        return hash_token(self._passwords.get(cs_id, ""))

    def _seconds(self) -> float:
        return self._now().timestamp()


def hash_password(password: str) -> str:
    """argon2id in its usual text form (`$argon2id$v=19$…`)."""
    return _hasher.hash(_normal(password))


def verify_password(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """256 random bits in 43 characters."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _normal(password: str) -> str:
    """The same password however a keyboard writes it (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _network(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that a household has of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(parsed.packed[:8].hex()) if isinstance(parsed, IPv6Address) else address

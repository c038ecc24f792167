"""Asks a model's server: one request at a time for each place, within a time, and gone at once when nobody waits.

Asked again is only what nothing came of: no connection was made, or the server said 429, 502 or 503 before any word,
and only if the time it asks for is still ours. What a request costs is charged as it is known, and so also when it is
cancelled half way.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
from attrs import evolve, field, frozen

from ccs.assistant.model import manners as manners_of
from ccs.assistant.model.counters import Counters
from ccs.assistant.model.failures import Kind, ModelFailure, of_status
from ccs.assistant.model.manners import Form, Manners
from ccs.assistant.model.nearby import direct
from ccs.assistant.model.stream import Gathering
from ccs.assistant.model.talk import Reply, Talk
from ccs.channels import loosely
from ccs.trust import trusted

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 4           # of what nothing came of
FIRST_PAUSE = 0.5           # seconds before the second attempt, doubled with each
MOST_OF_A_REFUSAL = 16 * 1024       # bytes that are read of an answer that is none
MOST_MODELS = 512 * 1024            # bytes of the list of models; large providers have hundreds

Charge = Callable[[int], None]          # tokens that were spent


@frozen
class Endpoint:
    """Where the model is. The key is in no text made of this."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)


@frozen
class Patience:
    """Seconds, within the time that the whole may take."""

    connect: float = 5.0
    first: float = 25.0         # until the first word; a model on an office machine has to read first
    between: float = 10.0       # from word to word; pings are no words
    after: float = 1.0          # after the last word, for the counts and the end of the line


class Client:
    """One model at one server."""

    def __init__(
        self, endpoint: Endpoint, concurrency: int, counters: Counters, chance: Random, patience: Patience = Patience(),
    ) -> None:
        self._endpoint = endpoint
        self._counters = counters
        self._chance = chance
        self._patience = patience
        self._places = asyncio.Semaphore(concurrency)
        self._manners = Manners()
        self._attempts: set[asyncio.Task[Reply]] = set()
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=patience.connect),
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            follow_redirects=False,
            mounts=dict.fromkeys(direct(endpoint.base_url)), verify=trusted(),
        )

    @property
    def model(self) -> str:
        return self._endpoint.model

    @property
    def form(self) -> Form:
        """How this server is asked to choose between tools."""
        return self._manners.form

    def settle_for(self, form: Form) -> None:
        """The server takes tools, but its model does not know them."""
        self._manners = evolve(self._manners, form=form)

    async def ask(self, talk: Talk, within: float, charge: Charge, form: Form | None = None) -> Reply:
        """The whole answer, waiting for a place included. Raises ModelFailure."""
        started = asyncio.get_running_loop().time()
        self._counters.requests += 1
        outcome = "cancelled"
        try:
            reply = await self._in_time(talk, within, charge, form)
            outcome = ""
        except ModelFailure as failure:
            outcome = failure.kind
            log.warning("the model did not answer: %s, HTTP %d", failure.kind, failure.status)
            raise
        finally:
            seconds = asyncio.get_running_loop().time() - started
            self._counters.seconds += seconds
            if outcome:
                self._counters.failures[str(outcome)] += 1
        return evolve(reply, seconds=seconds)

    async def models(self) -> list[str]:
        """The names of the models the server has; none if it tells them in a way of its own. Raises ModelFailure."""
        try:
            async with self._http.stream("GET", self._url("models"), headers=self._headers) as response:
                body = await _first(response, MOST_MODELS)
                if response.status_code != httpx.codes.OK:
                    raise of_status(response.status_code, body, response.headers, datetime.now(UTC))
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise ModelFailure(Kind.UNREACHABLE) from error
        return _names(body)

    async def close(self) -> None:
        await self._http.aclose()

    # Places and attempts

    async def _in_time(self, talk: Talk, within: float, charge: Charge, form: Form | None) -> Reply:
        has_place = False
        try:
            async with asyncio.timeout(within) as time:
                async with self._places:
                    has_place = True
                    self._counters.running += 1
                    try:
                        return await self._persistently(talk, time.when() or 0.0, charge, form)
                    finally:
                        self._counters.running -= 1
        except TimeoutError:
            raise ModelFailure(Kind.TIMEOUT if has_place else Kind.QUEUE) from None

    async def _persistently(self, talk: Talk, deadline: float, charge: Charge, form: Form | None) -> Reply:
        manners = self._manners if form is None else evolve(self._manners, form=form)
        attempt = 1
        while True:
            try:
                reply = await self._undisturbed(self._attempt(talk, manners, charge))
            except ModelFailure as failure:
                if lower := manners_of.after(manners, failure, talk):
                    manners = lower
                    continue
                await self._pause(failure, attempt, deadline)
                attempt += 1
                continue
            self._learn(manners, form)
            return reply

    async def _pause(self, failure: ModelFailure, attempt: int, deadline: float) -> None:
        """Until it may be asked again. Raises the failure if it may not, or not in time."""
        pause = FIRST_PAUSE * 2 ** (attempt - 1) * self._chance.uniform(1, 1.5)
        if failure.retry_after is not None:
            pause = failure.retry_after + self._chance.uniform(0, 0.1)
        if not failure.passes or attempt >= MOST_ATTEMPTS or asyncio.get_running_loop().time() + pause >= deadline:
            raise failure
        await asyncio.sleep(pause)

    def _learn(self, manners: Manners, form: Form | None) -> None:
        learned = manners if form is None else evolve(manners, form=self._manners.form)
        if learned != self._manners:
            log.info("the model's server is asked in another way from now on: %s", learned)
            self._manners = learned

    # One exchange

    async def _undisturbed(self, attempt: Coroutine[Any, Any, Reply]) -> Reply:
        """However often it is broken off, it is told so once: a second time would keep it from hanging up."""
        task = asyncio.create_task(attempt)
        self._attempts.add(task)
        task.add_done_callback(self._attempts.discard)
        try:
            return await asyncio.shield(task)
        finally:
            if not task.cancelling():
                task.cancel()

    async def _attempt(self, talk: Talk, manners: Manners, charge: Charge) -> Reply:
        self._counters.attempts += 1
        gathering = Gathering()
        try:
            async with asyncio.timeout(self._patience.first) as patience:
                await self._exchange(talk, manners, gathering, charge, patience)
        except TimeoutError:
            if not gathering.is_finished:
                raise ModelFailure(Kind.TIMEOUT) from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ModelFailure(Kind.UNREACHABLE, passes=True) from error
        except (httpx.RequestError, httpx.InvalidURL) as error:
            if not gathering.is_finished:
                raise ModelFailure(Kind.BROKEN) from error
        return gathering.end(talk.tokens)

    async def _exchange(
        self, talk: Talk, manners: Manners, gathering: Gathering, charge: Charge, patience: asyncio.Timeout
    ) -> None:
        url, body = self._url("chat/completions"), self._body(talk, manners)
        async with self._http.stream("POST", url, content=body, headers=self._headers) as response:
            if response.status_code != httpx.codes.OK:
                said = await _first(response, MOST_OF_A_REFUSAL)
                raise of_status(response.status_code, said, response.headers, datetime.now(UTC))
            try:
                await self._listen(response, gathering, patience)
            finally:
                self._charge(gathering.tokens(talk.tokens), charge)

    async def _listen(self, response: httpx.Response, gathering: Gathering, patience: asyncio.Timeout) -> None:
        now = asyncio.get_running_loop().time
        async for chunk in response.aiter_bytes():
            was_finished = gathering.is_finished
            if gathering.take(chunk) and not was_finished:
                wait = self._patience.after if gathering.is_finished else self._patience.between
                patience.reschedule(now() + wait)

    def _charge(self, tokens: int, charge: Charge) -> None:
        self._counters.tokens += tokens
        charge(tokens)

    def _url(self, what: str) -> str:
        return f"{self._endpoint.base_url.rstrip('/')}/{what}"

    def _body(self, talk: Talk, manners: Manners) -> bytes:
        messages = [{"role": line.role, "content": line.text} for line in talk.lines]
        asked = {"model": self._endpoint.model, "messages": messages, **manners.parameters(talk)}
        return json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")

    @property
    def _headers(self) -> dict[str, str]:
        key = self._endpoint.api_key
        return {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}


async def _first(response: httpx.Response, most: int) -> bytes:
    """The beginning of an answer, of about so many bytes."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


def _names(body: bytes) -> list[str]:
    try:
        told = loosely.decode(body)
    except (ValueError, RecursionError):
        return []
    models = told.get("data") if isinstance(told, dict) else None
    names = [model.get("id") for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    return [name for name in names if isinstance(name, str)]

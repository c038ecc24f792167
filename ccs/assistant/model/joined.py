"""Joins the parts from the settings: what answers customers, what helps agents, and what they cost."""

from collections.abc import Callable
from datetime import date
from random import Random

from attrs import frozen

from ccs.assistant.model.client import Client, Endpoint
from ccs.assistant.model.counters import Counters
from ccs.assistant.model.help import ByModel, Help
from ccs.assistant.model.ledger import Book, Ledger
from ccs.assistant.model.responder import ModelResponder, More, Search, Terms, nothing_more
from ccs.assistant.model.summary import ModelSummary
from ccs.assistant.words import Responder, Summarise
from ccs.settings import AssistantSettings
from ccs.worker import Worker


@frozen
class ModelAssistant(Worker):
    """The parts that share one model. `stop` ends its connections, and with them what is asked."""

    responder: Responder
    help: Help
    summarise: Summarise
    ledger: Ledger
    counters: Counters
    client: Client

    async def stop(self) -> None:
        await self.client.close()


def openai_responder(
    settings: AssistantSettings, search: Search, ledger: Ledger, chance: Random, more: More = nothing_more,
    counters: Counters | None = None,
) -> ModelAssistant:
    """For `assistant.provider = "openai"`."""
    openai = settings.openai
    counters = counters or Counters()
    endpoint = Endpoint(openai.base_url, openai.model, openai.api_key)
    client = Client(endpoint, openai.concurrency, counters, chance)
    terms = Terms(settings.timeout_seconds, openai.max_tokens, openai.instructions, openai.mask_personal_data)
    parts = (client, search, ledger, terms, chance)
    summarise = ModelSummary(client, ledger, terms, chance)
    return ModelAssistant(ModelResponder(*parts, more), ByModel(*parts), summarise, ledger, counters, client)


def ledger_of(settings: AssistantSettings, today: Callable[[], date], book: Book) -> Ledger:
    return Ledger(settings.openai.daily_tokens, settings.openai.session_tokens, today, book)

"""Joins the assistant from the settings: who answers customers, and what helps agents."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from random import Random

from attrs import frozen

from ccs.assistant.courteous import Courteous
from ccs.assistant.greeter import Greeter
from ccs.assistant.knowledge.library import Library
from ccs.assistant.knowledge.pictures import attached, belongings
from ccs.assistant.knowledge.responder import THANKED, FromKnowledge
from ccs.assistant.model.help import ByRules, Help
from ccs.assistant.model.joined import ModelAssistant, ledger_of, openai_responder
from ccs.assistant.model.ledger import Book
from ccs.assistant.words import Responder, Summarise
from ccs.media.fetcher import Files
from ccs.settings import AssistantSettings


@frozen
class Assistant:
    """`model` is a worker, where one is asked."""

    responder: Responder
    help: Help
    model: ModelAssistant | None = None
    summarise: Summarise | None = None


def assistant_of(
    settings: AssistantSettings, library: Library, files: Files, book: Book, now: Callable[[], datetime]
) -> Assistant:
    """`book` keeps what models cost; `now` tells local time."""
    attach = partial(attached, files)
    if settings.provider == "openai":
        ledger = ledger_of(settings, lambda: now().date(), book)
        model = openai_responder(settings, library.search, ledger, Random(), partial(belongings, attach=attach))
        courteous = Courteous(settings.welcome, THANKED, model.responder)
        return Assistant(courteous, model.help, model, model.summarise)
    if settings.knowledge_dir:
        known = FromKnowledge(library.search, attach, settings.welcome, settings.min_confidence)
        return Assistant(known, ByRules(library.search))
    return Assistant(Greeter(settings.welcome), ByRules(library.search, suggests=False))

"""`/metrics`: how the server is, in numbers, for Prometheus. Nothing of what anybody said, and nobody's name."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from tornado.httputil import HTTPServerRequest

from ccs.errors import Forbidden, NeedsLogin
from ccs.models import Sender
from handlers.base import ApiHandler, Parts
from handlers.exposition import CONTENT_TYPE, Metric, counter, gauge, render
from handlers.ports import ModelCounts

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")       # a proxy on this machine stands for somebody elsewhere


class Metrics(ApiHandler):
    """For programs on this machine, and with a login or token for those who supervise, and for programs elsewhere."""

    needs_login = False

    def get(self) -> None:
        if self.parts.config.auth.required and not is_from_here(self.request):
            self._must_be_known()
        self.set_header("Content-Type", CONTENT_TYPE)
        self.finish(render(metrics(self.parts)))

    def _must_be_known(self) -> None:
        if self.caller is None:
            raise NeedsLogin("请先登录")
        if self.caller.login and not self.caller.agent.supervises:
            raise Forbidden("只有主管、管理员和有令牌的程序可以查看运行指标")


def is_from_here(request: HTTPServerRequest) -> bool:
    """Whether it comes from this machine and not through a proxy or tunnel on it, as far as can be told."""
    name = request.host_name.strip("[]")
    near = [request.remote_ip or "", "127.0.0.1" if name == "localhost" else name]
    return all(map(_is_loopback, near)) and not any(header in request.headers for header in FORWARDED)


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def metrics(parts: Parts) -> Iterator[Metric]:
    yield from _work(parts)
    yield from _assistant(parts)
    yield gauge("ccs_sockets", "WebSockets of agents", parts.hub.count)
    yield gauge("ccs_journal_healthy", "1 while the disk takes writes", int(parts.health.is_healthy))
    yield gauge("ccs_journal_waiting", "Changes that wait to be written", parts.health.waiting)
    yield gauge("ccs_search_behind", "Messages that are not in the search index yet", parts.search.behind)
    yield from _process(parts)


def _work(parts: Parts) -> Iterator[Metric]:
    tally = parts.tally
    sessions: Counter[tuple[str, ...]] = Counter()
    for (channel, status, _), number in parts.registry.counts().items():
        sessions[channel, status] += number
    yield Metric("ccs_sessions", "Sessions on disk", sessions, ("channel", "status"))
    said: Counter[tuple[str, ...]] = Counter()
    for (channel, sender), number in tally.messages.items():
        said[channel, "in" if sender is Sender.CUSTOMER else "out"] += number
    yield Metric("ccs_messages_total", "Messages kept", said, ("channel", "direction"), "counter")
    yield Metric("ccs_callbacks_total", "Callbacks by outcome: taken, refused (theirs to mend) or failed (ours)",
                 tally.callbacks, ("channel", "outcome"), "counter")
    yield Metric("ccs_deliveries_open", "Messages that have yet to reach a platform",
                 _by_one(parts.registry.count_outgoing()), ("state",))
    yield Metric("ccs_deliveries_total", "What became of deliveries", _by_one(tally.deliveries), ("state",), "counter")


def _assistant(parts: Parts) -> Iterator[Metric]:
    yield Metric("ccs_assistant_turns_total", "Turns of the assistant, and why people were asked",
                 parts.tally.turns, ("outcome", "reason"), "counter")
    if parts.model:
        yield from _model(parts.model)


def _model(model: ModelCounts) -> Iterator[Metric]:
    yield counter("ccs_model_requests_total", "Requests to the model", model.requests)
    yield counter("ccs_model_seconds_total", "Seconds that they took, waiting included", model.seconds)
    yield counter("ccs_model_attempts_total", "Calls that they took", model.attempts)
    yield counter("ccs_model_tokens_total", "Tokens in and out, as its server counted them", model.tokens)
    yield gauge("ccs_model_requests_running", "Requests that wait for it now", model.running)
    yield Metric(
        "ccs_model_failures_total", "Requests that brought nothing", _by_one(model.failures), ("kind",), "counter"
    )


def _process(parts: Parts) -> Iterator[Metric]:
    yield counter("process_cpu_seconds_total", "CPU time of the process", time.process_time())
    yield gauge("process_start_time_seconds", "When the server started", round(parts.tally.started_at, 3))
    if (resident := _resident()) is not None:
        yield gauge("process_resident_memory_bytes", "Memory of the process", resident)


def _resident() -> int | None:
    """Known on Linux only."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def _by_one(counts: Mapping[str, int]) -> dict[tuple[str, ...], float]:
    return {(label,): number for label, number in counts.items()}

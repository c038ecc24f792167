"""Who is told what: events go from here to the sockets of the agents who may see them.

An event has two faces. Those *inside* a session (its holder, and whoever is bound to it) get the event itself. Those
*outside*, where the event reaches them, are told that the session moved; once somebody holds it, those who may not open
it are told so without a word of what was said. Each is encoded and framed once, however many sockets it goes to.
"""

import asyncio
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from attrs import evolve

from ccs import lifecycle
from ccs.codec import encode
from ccs.kept import BellEntry, Login
from ccs.models import Agent, Event, EventType, Session, Status
from ccs.wire import Wire


MOST_SOCKETS = 2000             # in all: ten for each of 200 agents
MOST_OF_AGENT = 50              # tabs, windows and machines of one person, and then some
PASSING = 0.25                  # seconds in which who goes through sessions has not yet looked at one


class Listener(Protocol):
    """One socket. `push` puts a frame in its bounded queue, `catch_up` in front of what it holds back meanwhile,
    `flush` writes what is queued, `dismiss` and `log_out` close it."""

    @property
    def id(self) -> str: ...

    @property
    def agent(self) -> Agent: ...

    @property
    def login(self) -> Login | None: ...

    def push(self, frame: bytes) -> None: ...

    def catch_up(self, frame: bytes) -> None: ...

    def flush(self) -> None: ...

    def dismiss(self) -> None: ...

    def log_out(self) -> None: ...


class Hub:
    """All sockets, whose they are, and what they look at. Lives on the loop's thread."""

    def __init__(self, wire: Wire, frame: Callable[[bytes], bytes]) -> None:
        self._wire = wire
        self._frame = frame
        self._all: set[Listener] = set()
        self._supervisors: set[Listener] = set()
        self._of_agent: dict[str, set[Listener]] = {}
        self._bound: dict[str, set[Listener]] = {}          # session → who looks at it
        self._looking: dict[Listener, set[str]] = {}        # the same the other way round
        self._unflushed: set[Listener] = set()
        self._viewing: dict[str, list[str]] = {}            # session → whose sockets look at it, as was last told
        self._looked: set[str] = set()                      # sessions of which that may be others now

    # Who is here

    def has_room_for(self, agent: Agent) -> bool:
        """Each socket costs memory and a share of every event, so nobody has them without end."""
        return len(self._all) < MOST_SOCKETS and len(self._of_agent.get(agent.id, ())) < MOST_OF_AGENT

    @property
    def count(self) -> int:
        """How many sockets are here."""
        return len(self._all)

    def join(self, listener: Listener) -> None:
        self._all.add(listener)
        self._of_agent.setdefault(listener.agent.id, set()).add(listener)
        if listener.agent.supervises:
            self._supervisors.add(listener)

    def close_all(self) -> None:
        """The server stops: say so to everyone."""
        for listener in list(self._all):
            listener.dismiss()

    def end_logins(self, login_ids: Container[str]) -> None:
        """Close the sockets that came in by these."""
        self._log_out(lambda login: login.id in login_ids)

    def end_old_logins(self, now: datetime) -> None:
        self._log_out(lambda login: login.expires_at <= now)

    def _log_out(self, is_over: Callable[[Login], bool]) -> None:
        for listener in [each for each in self._all if each.login and is_over(each.login)]:
            self.leave(listener)            # nothing more is told, even while the socket is still closing
            listener.log_out()

    def leave(self, listener: Listener) -> None:
        """The socket is gone. Leaving twice is harmless."""
        for session_id in self._looking.pop(listener, set()):
            _discard(self._bound, session_id, listener)
            self._look_again(session_id)
        _discard(self._of_agent, listener.agent.id, listener)
        self._all.discard(listener)
        self._supervisors.discard(listener)
        self._unflushed.discard(listener)

    def bind(self, listener: Listener, session_id: str) -> None:
        """From now on this socket is inside the session. Whether it may is the caller's question."""
        if listener not in self._all:
            return                      # it left while the caller waited
        self._bound.setdefault(session_id, set()).add(listener)
        self._looking.setdefault(listener, set()).add(session_id)
        self._look_again(session_id)

    def unbind(self, listener: Listener, session_id: str) -> None:
        _discard(self._bound, session_id, listener)
        _discard(self._looking, listener, session_id)
        self._look_again(session_id)

    @property
    def viewing(self) -> Mapping[str, list[str]]:
        """Which agents look at which sessions."""
        return self._viewing

    def _look_again(self, session_id: str) -> None:
        """Everyone is told a moment later, and only if it are others than before: not of who just passes by."""
        if session_id not in self._looked:
            self._looked.add(session_id)
            asyncio.get_running_loop().call_later(PASSING, self._tell_viewing, session_id)

    def _tell_viewing(self, session_id: str) -> None:
        self._looked.discard(session_id)
        cs_ids = sorted({listener.agent.id for listener in self._bound.get(session_id, ())})
        if cs_ids == self._viewing.get(session_id, []):
            return
        if cs_ids:
            self._viewing[session_id] = cs_ids
        else:
            del self._viewing[session_id]
        if self._all:
            self._push(self._all, encode({"type": "viewing", "sessionId": session_id, "data": {"csIds": cs_ids}}))

    # What they are told

    def publish(self, events: Sequence[Event], first_event_id: int) -> None:
        """Tell everyone concerned. Call it once the events are on disk, in their order."""
        if not self._all:
            return
        for event_id, event in enumerate(events, first_event_id):
            self._unbind_strangers(event.session)
            inside = self._inside(event.session)
            if inside:
                self._push(inside, self._wire.inner(event, event_id))
            outside = self._outside(event) - inside
            if event.note:
                outside -= self._mention(event, event_id, inside)
            trusted = outside & self._trusted(event.session) if event.session.agent_id else outside
            if trusted:
                self._push(trusted, self._wire.outer(event, event_id, words=True))
            if strangers := outside - trusted:
                self._push(strangers, self._wire.outer(event, event_id, words=False))
            if not event.session.is_open:
                for listener in list(self._bound.get(event.session.id, ())):
                    self.unbind(listener, event.session.id)

    def _mention(self, event: Event, event_id: int, inside: set[Listener]) -> set[Listener]:
        """Tell those outside whom a note mentions, and of its session what each may know; returns whom."""
        assert event.note
        meant = self._of_agents(event.note.mentions) - inside
        trusted = {listener for listener in meant if lifecycle.may_read(event.session, listener.agent)}
        if trusted:
            self._push(trusted, self._wire.noted(event, event_id, words=True))
        if strangers := meant - trusted:
            self._push(strangers, self._wire.noted(event, event_id, words=False))
        return meant

    def replay(self, listener: Listener, event: Event, event_id: int) -> None:
        """Tell one socket of an event it missed, as far as its agent may know of it now.

        Nobody is called any more for a customer whom somebody has blocked since.
        """
        if event.type is EventType.NEW_PENDING_SESSION:
            event = evolve(event, type=lifecycle.calls(event.session))
        if listener in self._inside(event.session):
            text = self._wire.inner(event, event_id)
        elif event.note and listener.agent.id in event.note.mentions:
            text = self._wire.noted(event, event_id, words=lifecycle.may_read(event.session, listener.agent))
        elif listener in self._outside(event):
            trusted = event.session.agent_id is None or listener in self._trusted(event.session)
            text = self._wire.outer(event, event_id, words=trusted)
        else:
            return
        listener.catch_up(self._frame(text))

    def tell(self, listener: Listener, frame: dict[str, Any]) -> None:
        """A frame for one socket, outside the stream of events."""
        self._push((listener,), encode(frame))

    def tell_agent(self, agent_id: str, frame: dict[str, Any], but: str | None = None) -> None:
        """A frame for all of one agent's sockets, outside the stream of events, but the one with this id."""
        if listeners := [each for each in self._of_agent.get(agent_id, ()) if each.id != but]:
            self._push(listeners, encode(frame))

    def ring(self, rung: Sequence[BellEntry], session: Session) -> None:
        """What is on agents' bells of a session."""
        for entry in rung:
            self.tell_agent(entry.agent_id, self._wire.rung(entry, session))

    def tell_all(self, frame: dict[str, Any]) -> None:
        if self._all:
            self._push(self._all, encode(frame))

    def resync_all(self) -> None:
        """Events may be missing: every page has to load afresh what it shows."""
        if self._all:
            self._push(self._all, encode({"type": "resync_required"}))

    def _inside(self, session: Session) -> set[Listener]:
        holders = self._of_agent.get(session.agent_id, set()) if session.agent_id else set()
        return holders | self._bound.get(session.id, set())

    def _outside(self, event: Event) -> set[Listener]:
        """Of a note that was changed everyone: she whom it named before has to know that she may read no more."""
        if event.type.is_transition or event.type is EventType.NOTE_UPDATED and event.session.is_open:
            return self._all
        if event.type is EventType.MESSAGE_UPDATED:
            return set()
        return self._all if event.session.status in (Status.AI, Status.PENDING) else self._trusted(event.session)

    def _trusted(self, session: Session) -> set[Listener]:
        """Who may read it beside its holder, once somebody holds it: as `lifecycle.may_read` has it."""
        return self._supervisors | self._of_agents(session.asked) if session.asked else self._supervisors

    def _of_agents(self, cs_ids: Iterable[str]) -> set[Listener]:
        return {listener for cs_id in cs_ids for listener in self._of_agent.get(cs_id, ())}

    def _unbind_strangers(self, session: Session) -> None:
        """Once somebody holds a session, those who may not open it no longer look at it."""
        if session.status is Status.MANUAL:
            for listener in list(self._bound.get(session.id, ())):
                if not lifecycle.may_open(session, listener.agent):
                    self.unbind(listener, session.id)

    def _push(self, listeners: Iterable[Listener], text: bytes) -> None:
        frame = self._frame(text)
        if not self._unflushed:
            asyncio.get_running_loop().call_soon(self._flush)
        for listener in listeners:
            listener.push(frame)
        self._unflushed.update(listeners)

    def _flush(self) -> None:
        """One write for each socket, of all that this turn of the loop brought it."""
        unflushed, self._unflushed = self._unflushed, set()
        for listener in unflushed:
            listener.flush()


def _discard(index: dict[Any, set[Any]], key: Any, value: Any) -> None:
    """Take a value out of a set in an index, and the set with it when it was the last."""
    if values := index.get(key):
        values.discard(value)
        if not values:
            del index[key]

"""What the API and the workbench are told of sessions, messages and events.

Unset optional fields are left out, never null. Times are RFC 3339 with milliseconds and the configured offset.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from ccs.beside import NOTHING, Beside, LastSaid
from ccs.codec import encode
from ccs.customers.avatars import digest_of
from ccs.kept import BellEntry, Deed, Draft, Note, QuickReply, QuickUse, Reminder, Scope, Thumb, Verdict
from ccs.models import Attachment, Briefing, Event, EventType, Message, Session, Status

TIMES_KEPT = 4096


class Wire:
    """Renders domain values in one time zone."""

    time: Callable[[datetime], str]

    def __init__(self, zone: tzinfo) -> None:
        # One event names the same moment several times over, and a list the same few moments in many rows.
        self.time = lru_cache(TIMES_KEPT)(
            lambda moment: moment.astimezone(zone).isoformat(timespec="milliseconds")
        )

    def session(
        self, session: Session, *, words: bool = True, briefing: Briefing | None = None, beside: Beside = NOTHING
    ) -> dict[str, Any]:
        """SessionInfo. Without `words` it holds nothing that was said, for those who may not open the session."""
        info: dict[str, Any] = {
            "sessionId": session.id,
            "customerId": session.customer.id,
            "kfId": session.customer.account,
            "channelType": session.customer.channel,
            "via": session.via.value,
            "status": session.status.value,
            "messageCount": session.seq,
            "createdAt": self.time(session.created_at),
            "updatedAt": self.time(session.updated_at),
            "version": session.version,
            "unread": 0 if session.customer.blocked else session.unread,
        }
        if session.agent_id:
            info["manualCsId"] = session.agent_id
        if words and session.last_text is not None:
            info["lastMessage"] = session.last_text
        if session.last_message_at:
            info["lastMessageTime"] = self.time(session.last_message_at)
        if session.customer.blocked:
            info["blocked"] = True
        elif session.waiting_since:
            info["waitingSince"] = self.time(session.waiting_since)
        if session.customer.name:
            info["customerName"] = session.customer.name
        if session.customer.avatar:
            info["customerAvatar"] = avatar_path(session)
        if session.pending_reason:
            info["pendingReason"] = session.pending_reason
        if session.close_reason:
            info["closeReason"] = session.close_reason
        if session.reply_until:
            info["replyWindowUntil"] = self.time(session.reply_until)
        if session.replies_left is not None:
            info["replyQuotaLeft"] = session.replies_left
        if session.platform_owner:
            info["platformOwner"] = session.platform_owner
        if words and beside.said:
            info["lastSaid"] = _last_said(beside.said)
        if words and beside.failed:
            info["failedCount"] = beside.failed
        if session.customer.remark:
            info["customerRemark"] = session.customer.remark
        if session.customer.changed_at:
            info["customerChangedAt"] = self.time(session.customer.changed_at)
        if session.tags:
            info["tags"] = session.tags
        if session.notes:
            info["noteCount"] = session.notes
        if words and session.asked:
            info["askedCsIds"] = list(session.asked)
        if words and briefing and session.status is not Status.AI:
            info["handoff"] = self.briefing(briefing)
        return info

    def briefing(self, briefing: Briefing) -> dict[str, Any]:
        """HandoffInfo."""
        told = {
            "reason": briefing.reason,
            "mood": briefing.mood,
            "wants": briefing.wants,
            "tried": briefing.tried,
            "open": briefing.open,
            "orders": list(briefing.orders),
            "products": list(briefing.products),
            "phones": list(briefing.phones),
            "draft": briefing.draft,
            "assistant": briefing.basis,
            "createdAt": self.time(briefing.at),
        }
        return {name: value for name, value in told.items() if value}

    def message(self, message: Message) -> dict[str, Any]:
        """MessageInfo."""
        info: dict[str, Any] = {
            "msgId": message.id,
            "sessionId": message.session_id,
            "seq": message.seq,
            "senderType": message.sender.value,
            "senderId": message.sender_id,
            "content": message.content,
            "msgType": message.type,
            "createdAt": self.time(message.created_at),
        }
        if message.client_id:
            info["clientMsgId"] = message.client_id
        if message.platform_time:
            info["platformTime"] = self.time(message.platform_time)
        if message.fields:
            info["fields"] = message.fields
        if message.delivery:
            delivery = {"state": message.delivery.state.value}
            if message.delivery.reason:
                delivery["reason"] = message.delivery.reason
            if message.delivery.dismissed_at:
                delivery["dismissedAt"] = self.time(message.delivery.dismissed_at)
            info["delivery"] = delivery
        if message.attachment:
            info["attachment"] = _attachment(message.attachment)
        if message.recalled_at:
            info["recalledAt"] = self.time(message.recalled_at)
        if message.verdicts:
            info["feedback"] = _feedback(message.verdicts)
        return info

    def note(self, note: Note) -> dict[str, Any]:
        """NoteInfo."""
        info: dict[str, Any] = {
            "noteId": note.id,
            "sessionId": note.session_id,
            "content": note.content,
            "mentions": note.mentions,
            "afterSeq": note.after_seq,
            "createdAt": self.time(note.created_at),
            **({"csId": note.agent_id} if note.agent_id else {}),
            **({"clientNoteId": note.client_id} if note.client_id else {}),
        }
        if note.removed_at:
            return {**info, "content": "", "mentions": (), "removedAt": self.time(note.removed_at)}
        if note.edited_at:
            return {**info, "editedAt": self.time(note.edited_at), "former": note.former}
        return info

    def deed(self, deed: Deed) -> dict[str, Any]:
        """DeedInfo."""
        told = {"csId": deed.agent_id, "about": deed.about}
        known = {name: text for name, text in told.items() if text}
        return {"kind": deed.kind.value, "at": self.time(deed.at), **known}

    def draft(self, draft: Draft) -> dict[str, Any]:
        """DraftInfo."""
        return {
            "sessionId": draft.session_id, "mode": draft.mode.value, "text": draft.text, "revision": draft.revision,
            "updatedAt": self.time(draft.updated_at),
        }

    def reminder(self, reminder: Reminder) -> dict[str, Any]:
        at = {"at": self.time(reminder.at)} if reminder.at else {}
        return {"sessionId": reminder.session_id, **at}

    def reminder_due(self, reminder: Reminder) -> dict[str, Any]:
        """The frame."""
        at = self.reminder(reminder)["at"]
        return {"type": "reminder_due", "sessionId": reminder.session_id, "data": {"at": at}}

    def bell_entry(self, entry: BellEntry, session: Session) -> dict[str, Any]:
        """BellEntry, with the session's customer as agents call her."""
        customer = session.customer
        told = {"by": entry.by, "text": entry.text, "seen": entry.is_seen}
        return {
            "id": entry.id, "kind": entry.kind.value, "sessionId": session.id, "at": self.time(entry.at),
            "customerName": customer.remark or customer.name or customer.id,
            **{name: value for name, value in told.items() if value},
        }

    def rung(self, entry: BellEntry, session: Session) -> dict[str, Any]:
        """The frame."""
        return {"type": "bell", "sessionId": session.id, "data": self.bell_entry(entry, session)}

    def quick_reply(self, reply: QuickReply, use: QuickUse | None = None) -> dict[str, Any]:
        """QuickReply, with how often the one who is told has used it."""
        picture = reply.picture
        told = {
            "id": reply.id, "scope": reply.scope.value,
            "owner": reply.owner if reply.scope is Scope.PERSONAL else "",
            "group": reply.owner if reply.scope is Scope.GROUP else "",
            "channels": list(reply.channels), "folder": reply.folder, "shortcut": reply.shortcut,
            "image": {"name": picture.name, "mime": picture.mime, "size": picture.size} if picture else None,
            "uses": use.uses if use else 0, "usedAt": self.time(use.used_at) if use else "",
        }
        return {
            **{name: value for name, value in told.items() if value}, "title": reply.title, "content": reply.content,
            "initials": reply.initials, "pinyin": reply.pinyin, "updatedAt": self.time(reply.updated_at),
        }

    def inner(self, event: Event, event_id: int) -> bytes:
        """An event as those see it who may open the session."""
        if event.note is not None:
            return self.noted(event, event_id, words=True)
        if event.message is None or event.type.is_transition:
            data = self.session(event.session, briefing=event.briefing)
            return self._event(event.type, event, event_id, data)
        if event.type is EventType.MESSAGE_UPDATED:
            return self._event(event.type, event, event_id, self.message(event.message))
        # A new message brings its session's new state along, so nobody needs a second event for the list row.
        return self._event(
            event.type, event, event_id, self.message(event.message),
            session=self.session(event.session, beside=_beside(event)),
        )

    def noted(self, event: Event, event_id: int, *, words: bool) -> bytes:
        """A note, for those inside and those whom it mentions: `words` of its session's they may see as ever."""
        assert event.note
        session = self.session(event.session, words=words)
        return self._event(event.type, event, event_id, self.note(event.note), session=session)

    def outer(self, event: Event, event_id: int, *, words: bool) -> bytes:
        """The same for everyone else in its audience: that the session moved, with or without what was said."""
        told = event.type if event.type.is_transition else EventType.SESSION_UPDATED
        data = self.session(event.session, words=words, briefing=event.briefing, beside=_beside(event))
        return self._event(told, event, event_id, data)

    def _event(self, told: EventType, event: Event, event_id: int, data: dict[str, Any], **more: Any) -> bytes:
        return encode({"type": told.value, "sessionId": event.session.id, "eventId": event_id, "data": data, **more})


def _beside(event: Event) -> Beside:
    """What an event tells of the last message, if it is about that one and it was not put aside."""
    message = event.message
    if message is None or message.seq != event.session.seq or (message.delivery and message.delivery.dismissed_at):
        return NOTHING
    return Beside(LastSaid.of(message))


def _last_said(said: LastSaid) -> dict[str, Any]:
    """LastSaidInfo."""
    return {
        "seq": said.seq, "senderType": said.sender.value, "senderId": said.sender_id, "msgType": said.type,
        **({"seconds": said.seconds} if said.seconds else {}), **({"recalled": True} if said.recalled else {}),
        **({} if said.text is None else {"text": said.text}),
    }


def avatar_path(session: Session) -> str:
    """Where the page finds the customer's picture: at our own server, and elsewhere as soon as it is another."""
    return f"/api/sessions/{session.id}/avatar?v={digest_of(session.customer.avatar)[:8]}"


def _feedback(verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    """FeedbackInfo. It names who gave each, so that one event serves everybody who looks."""
    thumbs = [verdict.thumb for verdict in verdicts]
    return {
        "good": thumbs.count(Thumb.GOOD),
        "bad": thumbs.count(Thumb.BAD),
        "verdicts": [
            {
                **({"csId": verdict.agent_id} if verdict.agent_id else {}), "verdict": verdict.thumb.value,
                **({"note": verdict.note} if verdict.note else {}),
            }
            for verdict in verdicts
        ],
    }


def _attachment(file: Attachment) -> dict[str, Any]:
    """AttachmentInfo. Its bytes are fetched by the message's id, so that whoever may not read it does not get them."""
    told = {"name": file.name, "mime": file.mime, "size": file.size, "reason": file.reason}
    return {"state": file.stage.value, **{name: value for name, value in told.items() if value or value == 0}}

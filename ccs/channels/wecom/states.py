"""Who serves a customer of 微信客服: the API may send while nobody does (0) or the assistant does (1).

The page of developer.work.weixin.qq.com: 分配客服会话 (path 94669).
"""

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from ccs.channels.wecom.api import Api
from ccs.channels.wecom.kinds import plain
from ccs.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, Refusal, SessionShut
from ccs.incoming.inbound import Reclaimed
from ccs.models import Clock, Customer, Fate, Session, new_id

log = logging.getLogger(__name__)

NEW, ASSISTANT, WAITING, STAFF, ENDED = range(5)
POOL = "企业微信接待池"      # who serves a customer that waits there
SOMEBODY = "企业微信客服"

KNOWN_FOR = timedelta(hours=24)     # a session of theirs may end by itself after 48
REMEMBERED = 10_000                 # customers, those looked at last

USED_UP = 95001
CLOSED = {95002, 95013, 95031}
UNCLEAR = {95016, 95018}            # the state is another than we believed
WRONG_STEP = 95016

FAILED_CLOSED = {4, 5}              # fail_type of `msg_send_fail`: more than 48 hours, ended
FAILED_USED_UP = 6


class States:
    """Asks once for each session what its state is, and keeps it where we may send."""

    def __init__(self, api: Api, now: Clock) -> None:
        self._api = api
        self._now = now
        self._ours: OrderedDict[tuple[str, str], datetime] = OrderedDict()     # account and customer; when we looked

    def forget(self, customer: Customer) -> None:
        """Something happened to the session there."""
        self._ours.pop((customer.account, customer.id), None)

    async def must_be_ours(self, session: Session) -> None:
        """Before the first message of a session. Raises SessionShut, or DeliveryDelayed, never lost."""
        key = session.customer.account, session.customer.id
        looked_at = self._ours.get(key)
        if looked_at and self._now() - looked_at < KNOWN_FOR:
            return
        try:
            state = await self._look(session)
        except DeliveryDelayed as delay:        # the message itself has not left
            raise DeliveryDelayed(str(delay), retry_after=delay.retry_after, code=delay.code) from delay
        if state == NEW:
            await self._give_to_assistant(session)
        self._ours[key] = self._now()
        while len(self._ours) > REMEMBERED:
            self._ours.popitem(last=False)

    async def explained(self, session: Session, refusal: DeliveryRefused) -> DeliveryRefused:
        """The refusal of a message, with what it says of the session."""
        if refusal.code == USED_UP:
            return SessionShut(str(refusal), refusal.code, used_up=True)
        if refusal.code in CLOSED:
            self.forget(session.customer)
            return SessionShut(str(refusal), refusal.code, closed=True)
        if refusal.code not in UNCLEAR:
            return refusal
        self.forget(session.customer)
        try:
            await self._look(session)
        except SessionShut as shut:
            return shut
        except DeliveryError:
            log.warning("session %s: its state at WeCom could not be read after %s", session.id, refusal.code)
            return refusal
        # It is ours, so what stays is the other reason for which they refuse so: more than 48 hours.
        return SessionShut(str(refusal), refusal.code, closed=True)

    async def reclaim(self, session: Session, words: str) -> Reclaimed:
        """The conversation ends there, with these words to the customer; her next message is ours again.

        Ending it is all the API allows. Raises Refusal.
        """
        self.forget(session.customer)
        try:
            answer = await self._call("trans", session, service_state=ENDED)
        except DeliveryRefused as refusal:
            return await self._anyway(session, refusal)
        except DeliveryDelayed as delay:
            raise Refusal(f"没能收回会话：{delay}，请稍后再试") from delay
        code = answer.get("msg_code")
        if not words or not isinstance(code, str) or not code:
            return Reclaimed(ended=True)
        return await self._last_words(code, words)

    async def _anyway(self, session: Session, refusal: DeliveryRefused) -> Reclaimed:
        """Ending it was refused; perhaps because nobody there serves her any more."""
        try:
            if refusal.code in CLOSED:
                return Reclaimed(ended=True)
            if refusal.code == WRONG_STEP:
                await self._look(session)
                return Reclaimed(ended=False)
        except SessionShut as shut:
            if shut.closed:
                return Reclaimed(ended=True)
        except DeliveryError as error:
            raise Refusal(f"没能收回会话：{error}，请稍后再试") from error
        raise Refusal(f"没能收回会话：{refusal}") from refusal

    async def _last_words(self, code: str, words: str) -> Reclaimed:
        """Whether or not she hears them, the session is taken back."""
        msgid = new_id()
        request = {"code": code, "msgid": msgid, "msgtype": "text", "text": {"content": plain(words)}}
        try:
            await self._api.post("kf/send_msg_on_event", request)
        except DeliveryDelayed as delay:
            fate = Fate.UNCERTAIN if delay.lost else Fate.FAILED
            return Reclaimed(True, words, msgid, fate, f"会话已收回，但没能通知客户：{delay}")
        except DeliveryRefused as refusal:
            return Reclaimed(True, words, msgid, Fate.FAILED, f"会话已收回，但没能通知客户：{refusal}")
        return Reclaimed(True, words, msgid)

    async def _look(self, session: Session) -> int:
        """NEW or ASSISTANT. Raises SessionShut for the others."""
        answer = await self._call("get", session)
        state = answer.get("service_state")
        if state == WAITING:
            raise _held(POOL)
        if state == STAFF:
            raise _held(str(answer.get("servicer_userid") or answer.get("service_userid") or SOMEBODY))
        if state == ENDED:
            raise SessionShut("平台已结束会话，客户再次来信后才能回复", closed=True)
        return NEW if state == NEW else ASSISTANT

    async def _give_to_assistant(self, session: Session) -> None:
        """So that it comes to nobody there. Not being able to is no reason to say nothing: 0 lets us send too."""
        try:
            await self._call("trans", session, service_state=ASSISTANT)
        except DeliveryError as error:
            log.warning("session %s stays new at WeCom: errcode %s", session.id, error.code)

    async def _call(self, verb: str, session: Session, **more: Any) -> dict[str, Any]:
        customer = session.customer
        return await self._api.post(
            f"kf/service_state/{verb}", {"open_kfid": customer.account, "external_userid": customer.id, **more}
        )


def shut_by(fail_type: object) -> SessionShut | None:
    """What a message that did not arrive after all says of its session."""
    if fail_type not in (*FAILED_CLOSED, FAILED_USED_UP):
        return None
    return SessionShut("", closed=fail_type in FAILED_CLOSED, used_up=fail_type == FAILED_USED_UP)


def _held(owner: str) -> SessionShut:
    return SessionShut(f"客户正由 {owner} 在企业微信客户端接待，这里的回复发不出去；可以先收回会话", owner=owner)

"""What customers do on their phones, and staff in WeCom's own client."""

from typing import Any

from attrs import define

from ccs.demo.wecom.accounts import LATER, OVER, REOPENED, SOON, TAKEN, TRANSFERRED, Accounts
from ccs.demo.wecom.media import RECEIVED
from ccs.demo.wecom.states import ENDED, STAFF, WAITING, Session
from ccs.demo.wecom.stream import CUSTOMER, STAFF as FROM_STAFF


@define
class People(Accounts):
    """Each verb puts into the stream what the platform would, and returns the msgid of what was said."""

    # Customers

    def customer_says(self, open_kfid: str, external_userid: str, msgtype: str = "text", **body: Any) -> str:
        """A message of any kind: `body` is what stands under the name of its type."""
        self.know(external_userid)
        self._session(open_kfid, external_userid).heard(self.now())
        return self.is_new(open_kfid, {
            "open_kfid": open_kfid, "external_userid": external_userid, "origin": CUSTOMER,
            **self._measured(msgtype, body),
        })

    def customer_enters(self, open_kfid: str, external_userid: str, **how: Any) -> str:
        """Opens the conversation (`scene`, `scene_param`, `wechat_channels`); returns the welcome_code if due."""
        self.know(external_userid)
        now, session = self.now(), self._session(open_kfid, external_userid)
        code = ""
        if session.may_be_welcomed(now):
            code = self.new_code(open_kfid, external_userid, None, SOON, "text", "msgmenu")
        how = {"scene": "", "scene_param": "", **how}
        session.entered, session.entered_at = how, now
        welcome = {"welcome_code": code} if code else {}
        self.happens(open_kfid, "enter_session", external_userid=external_userid, **how, **welcome)
        return code

    def customer_recalls(self, open_kfid: str, external_userid: str, msgid: str) -> str:
        return self.happens(open_kfid, "user_recall_msg", external_userid=external_userid, recall_msgid=msgid)

    # Staff

    def staff_says(
        self, open_kfid: str, external_userid: str, userid: str, msgtype: str = "text", **body: Any
    ) -> str:
        """Takes the session over first, if she does not hold it."""
        session = self._session(open_kfid, external_userid)
        if session.state == ENDED:
            self._changes(open_kfid, external_userid, REOPENED, userid)
        elif (session.state, session.servicer) != (STAFF, userid):
            self.staff_takes_over(open_kfid, external_userid, userid)
        return self.is_new(open_kfid, {
            "open_kfid": open_kfid, "external_userid": external_userid, "origin": FROM_STAFF,
            "servicer_userid": userid, **self._measured(msgtype, body),
        })

    def staff_takes_over(self, open_kfid: str, external_userid: str, userid: str) -> str:
        """From the assistant or the pool, or from a colleague."""
        held = self._session(open_kfid, external_userid).state == STAFF
        return self._changes(open_kfid, external_userid, TRANSFERRED if held else TAKEN, userid)

    def staff_transfers(self, open_kfid: str, external_userid: str, userid: str) -> str:
        return self._changes(open_kfid, external_userid, TRANSFERRED, userid)

    def staff_ends(self, open_kfid: str, external_userid: str) -> str:
        """Returns the msg_code for a last word."""
        return self._changes(open_kfid, external_userid, OVER)

    def staff_recalls(self, open_kfid: str, external_userid: str, userid: str, msgid: str) -> str:
        return self.happens(
            open_kfid, "servicer_recall_msg", external_userid=external_userid, recall_msgid=msgid,
            servicer_userid=userid,
        )

    def staff_receives(self, open_kfid: str, userid: str, receives: bool, suspended: bool = False) -> str:
        """Begins or stops to take sessions; here the event counts 1 and 2 where the list says 0 and 1."""
        servicer = self.hire(open_kfid, userid)
        servicer.receives, servicer.suspended = receives, suspended
        stop = {} if receives else {"stop_type": int(suspended)}
        return self.happens(
            open_kfid, "servicer_status_change", servicer_userid=userid, status=1 if receives else 2, **stop
        )

    def staff_rejects(self, open_kfid: str, external_userid: str, userid: str, rejects: bool = True) -> str:
        """Will not hear from this customer, or will again."""
        return self.happens(
            open_kfid, "reject_customer_msg_switch_change", servicer_userid=userid,
            external_userid=external_userid, reject_switch=int(rejects),
        )

    # The platform

    def send_fails(self, open_kfid: str, msgid: str, fail_type: int = 0) -> str:
        """What was accepted does not arrive after all."""
        external_userid = self.accounts[open_kfid].sent[msgid]
        self.reached[:] = [each for each in self.reached if (each.open_kfid, each.msgid) != (open_kfid, msgid)]
        return self.happens(
            open_kfid, "msg_send_fail", external_userid=external_userid, fail_msgid=msgid, fail_type=fail_type
        )

    # Their parts

    def _session(self, open_kfid: str, external_userid: str) -> Session:
        self.know(external_userid)
        return self.session(self.accounts[open_kfid], external_userid)

    def _changes(self, open_kfid: str, external_userid: str, change: int, userid: str = "") -> str:
        """The session goes to this member, or ends; returns the code that comes with it."""
        session = self._session(open_kfid, external_userid)
        members: dict[str, Any] = {"change_type": change}
        if change != TAKEN and session.servicer:
            members["old_servicer_userid"] = session.servicer
        if userid:
            members["new_servicer_userid"] = userid
        session.moves(STAFF if userid else ENDED, userid)
        session.renewed_at = self.now()
        if change in (TAKEN, OVER):
            members["msg_code"] = self.code_for(open_kfid, external_userid, session.state)
        self.happens(open_kfid, "session_status_change", external_userid=external_userid, **members)
        return str(members.get("msg_code", ""))

    def code_for(self, open_kfid: str, external_userid: str, state: int) -> str:
        """The code that comes with a session's new state; none but for these."""
        if state in (WAITING, STAFF):
            return self.new_code(open_kfid, external_userid, state, LATER, "text")
        if state == ENDED:
            return self.new_code(open_kfid, external_userid, state, SOON, "text", "msgmenu")
        return ""

    def _measured(self, msgtype: str, body: dict[str, Any]) -> dict[str, Any]:
        """The type and the body; instead of a file that is too large comes a hint."""
        most = RECEIVED.get(msgtype)
        if most and self.media.size(body.get("media_id", "")) > most:
            return {"msgtype": "text", "text": {"content": f"[{msgtype}] 文件过大，请在企业微信客户端查看"}}
        return {"msgtype": msgtype, msgtype: body}

"""What an app asks 微信客服 for: news, sessions, accounts, staff and customers."""

from typing import Any
from urllib.parse import quote

from attrs import define

from ccs.demo.memory import HOUR
from ccs.demo.platform import Refused
from ccs.demo.wecom.accounts import Account
from ccs.demo.wecom.errors import wrong
from ccs.demo.wecom.rules import MSGID, Body
from ccs.demo.wecom.sending import Sending
from ccs.demo.wecom.states import ENDED, NEW, STAFF
from ccs.demo.wecom.stream import LONGEST_PAGE, Item

Answer = dict[str, Any]

MOST_ACCOUNTS = 100         # of a list
MOST_CUSTOMERS = 100        # of a question
CONTEXT_LASTS = 48 * HOUR
MOST_CURSOR, MOST_TOKEN = 64, 128       # bytes


@define
class Lists(Sending):
    """Each takes the body of a request and returns the members of the answer."""

    def sync(self, request: Body) -> Answer:
        """`kf/sync_msg`. Without a token the limit is strict."""
        account = self.account(_text(request, "open_kfid", needed=True))
        cursor, token = _text(request, "cursor", MOST_CURSOR), _text(request, "token", MOST_TOKEN)
        limit = _number(request, "limit", LONGEST_PAGE, LONGEST_PAGE) or LONGEST_PAGE
        in_silk = _number(request, "voice_format", 0, 1)
        if token:
            self.check_wake_token(token, account.open_kfid)
        else:
            self.tokenless.count(self.now())
        self.time_passes(account)
        page = account.stream.page(cursor, limit, self.paging)
        return {**page, "msg_list": [self._in_silk(item) for item in page["msg_list"]]} if in_silk else page

    def state(self, request: Body) -> Answer:
        """`kf/service_state/get`."""
        session = self.session(self.account(request.get("open_kfid")), request.get("external_userid"))
        holder = {"servicer_userid": session.servicer} if session.state == STAFF else {}
        return {"service_state": session.state, **holder}

    def move(self, request: Body) -> Answer:
        """`kf/service_state/trans`."""
        account = self.account(request.get("open_kfid"))
        session = self.session(account, request.get("external_userid"))
        if "service_state" not in request:
            raise wrong("service_state")
        state, userid = _number(request, "service_state", NEW, ENDED), _text(request, "servicer_userid")
        if state == STAFF:
            _check_servicer(account, userid)
        session.steps(state, userid)
        code = self.code_for(account.open_kfid, request["external_userid"], state)
        return {"msg_code": code} if code else {}

    def account_list(self, request: Body) -> Answer:
        offset = _number(request, "offset", 0, 1 << 32)
        limit = _number(request, "limit", MOST_ACCOUNTS, MOST_ACCOUNTS)
        there = [account for account in self.accounts.values() if not account.deleted]
        return {"account_list": [
            {
                "open_kfid": account.open_kfid, "name": account.name, "avatar": self.avatar(account.open_kfid),
                "manage_privilege": account.manage_privilege,
            }
            for account in there[offset:offset + limit]
        ]}

    def contact_way(self, request: Body) -> Answer:
        """`kf/add_contact_way`."""
        account, scene = self.account(request.get("open_kfid")), _text(request, "scene")
        if scene and not MSGID.fullmatch(scene):
            raise wrong("scene")
        return {"url": f"{self.url}/kfid/{quote(account.open_kfid)}?enc_scene={scene}"}

    def servicer_list(self, request: Body) -> Answer:
        """Here 0 is for who receives, and 1 for who has stopped."""
        account = self.account(request.get("open_kfid"))
        rows: list[Answer] = [
            {"userid": userid, "status": 0} if servicer.receives else
            {"userid": userid, "status": 1, "stop_type": int(servicer.suspended)}
            for userid, servicer in account.servicers.items()
        ]
        return {"servicer_list": rows + [{"department_id": department} for department in account.departments]}

    def customers(self, request: Body) -> Answer:
        """`kf/customer/batchget`."""
        asked = request.get("external_userid_list")
        if not isinstance(asked, list) or not 0 < len(asked) <= MOST_CUSTOMERS:
            raise wrong("external_userid_list")
        known = [userid for userid in asked if isinstance(userid, str) and userid in self.people]
        with_context = bool(_number(request, "need_enter_session_context", 0, 1))
        return {
            "customer_list": [self._customer(userid, with_context) for userid in known],
            "invalid_external_userid": [userid for userid in asked if userid not in known],
        }

    def _in_silk(self, item: Item) -> Item:
        if item["msgtype"] != "voice":
            return item
        return {**item, "voice": {**item["voice"], "media_id": self.media.in_silk(item["voice"]["media_id"])}}

    def _customer(self, external_userid: str, with_context: bool) -> Answer:
        person = self.people[external_userid]
        row = {
            "external_userid": external_userid, "nickname": person.nickname,
            "avatar": self.avatar(external_userid), "gender": person.gender,
        }
        if person.unionid:
            row["unionid"] = person.unionid
        context = self._context(external_userid) if with_context else {}
        return {**row, "enter_session_context": context} if context else row

    def _context(self, external_userid: str) -> Answer:
        """How she came in, the last time within two days."""
        sessions = [account.sessions[external_userid] for account in self.accounts.values()
                    if external_userid in account.sessions]
        last = max(sessions, key=lambda session: session.entered_at, default=None)
        return last.entered if last and self.now() - last.entered_at < CONTEXT_LASTS else {}


def _check_servicer(account: Account, userid: str) -> None:
    if not userid:
        raise wrong("servicer_userid")
    servicer = account.servicers.get(userid)
    if not servicer or not servicer.activated:
        raise Refused(95014)
    if not servicer.receives:
        raise Refused(95019)


def _text(request: Body, name: str, most: int = 1 << 10, needed: bool = False) -> str:
    value = request.get(name) or ""
    if not isinstance(value, str) or len(value.encode("utf-8", "surrogatepass")) > most or needed and not value:
        raise wrong(name)
    return value


def _number(request: Body, name: str, usual: int, most: int) -> int:
    """A uint32."""
    value = request.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise wrong(name)
    return value

"""What WeCom refuses: a number, and words that nobody should judge by."""

from typing import Any

from ccs.demo.platform import Refused

MEANINGS = {
    -1: "system busy",
    40001: "invalid credential",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",        # their spelling
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail",
    40056: "invalid agentid",
    40058: "invalid request parameter",
    40096: "invalid external userid",
    41001: "access_token missing",
    42001: "access_token expired",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    95000: "invalid open_kfid",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95004: "open_kfid not exist",
    95007: "invalid msg token",
    95008: "menu list too long",
    95009: "invalid menu type",
    95013: "session has ended",
    95014: "not a servicer",
    95016: "invalid session state transition",
    95018: "send msg session status invalid",
    95019: "servicer stopped",
    301002: "no permission on this object",
}
WRONG_PARAMETER = 40058


def answer(refused: Refused) -> dict[str, Any]:
    """Its errcode is what counts; the hint says what it is that WeCom does not like."""
    words = MEANINGS.get(refused.code, "refused")
    return {"errcode": refused.code, "errmsg": f"{words}, hint: {refused.words}" if refused.words else words}


def wrong(what: str) -> Refused:
    """A parameter that is missing, too long, or of the wrong kind."""
    return Refused(WRONG_PARAMETER, what)

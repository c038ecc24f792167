"""What platforms send, made the way they make it; encryption by wechatpy, which knows nothing of our code."""

import time
from typing import Any
from xml.sax.saxutils import escape

import xmltodict
from wechatpy.enterprise.crypto import WeChatCrypto

CORP, TOKEN, KEY = "wwc0ffee0000000001", "tokenOfTheTests", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
AGENT_ID = "1000007"
SECRET = "gateway-shared-secret"


def wecom_request(
    inner: str, *, corp: str = CORP, token: str = TOKEN, key: str = KEY, now: float | None = None, nonce: str = "n0nce"
) -> tuple[dict[str, str], bytes]:
    """Query and body of an encrypted callback."""
    timestamp = str(int(now or time.time()))
    sealed = xmltodict.parse(WeChatCrypto(token, key, corp).encrypt_message(inner, nonce, timestamp))["xml"]
    body = (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID><![CDATA[{AGENT_ID}]]></AgentID>"
        f"<Encrypt><![CDATA[{sealed['Encrypt']}]]></Encrypt></xml>"
    )
    return {"msg_signature": sealed["MsgSignature"], "timestamp": timestamp, "nonce": nonce}, body.encode()


def wecom_text(customer: str, text: str, message_id: str) -> str:
    """A text message of a self-built app, without CDATA."""
    return (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>{escape(customer)}</FromUserName>"
        f"<CreateTime>1767001122</CreateTime><MsgType>text</MsgType><Content>{escape(text)}</Content>"
        f"<MsgId>{message_id}</MsgId><AgentID>{AGENT_ID}</AgentID></xml>"
    )


def gateway_message(customer: str, text: str, message_id: str, **message: Any) -> dict[str, Any]:
    """An envelope with a text, or with whatever `message` says."""
    return {
        "version": "1",
        "eventId": f"evt-{message_id}",
        "type": "message",
        "shopId": "10001",
        "customer": {"id": customer, "nickname": customer},
        "conversationId": f"10001:{customer}",
        "message": {"id": message_id, "sentAt": 1767002000123, "msgType": "text", "text": text, **message},
    }

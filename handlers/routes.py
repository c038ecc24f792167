"""Every path of the server, and who answers it. POSTs of callbacks are answered before these, in `doorway.py`."""

from typing import Any

from tornado.web import Application

from handlers import (
    avatars, callbacks, customers, deeds, doctor, douyin, feedback, files, health, helping, knowledge, logins, lookups,
    metrics, notes, own, pages, replies, searching, sessions, tagging, uploads, workbench,
)
from handlers.base import Nowhere, Parts
from handlers.doorway import Doorway
from handlers.websocket import AgentSocket

SESSION = r"/api/sessions/([^/]+)"
REPLY = r"/api/quick-replies/([^/]+)"

ROUTES: list[tuple[str, type[Any]]] = [
    (r"/wecom/callback", callbacks.WeComHandshake),
    (r"/channel/[^/]+/callback", callbacks.ChannelCallback),
    (r"/channel/jd/djsw/[^/]+", callbacks.ChannelCallback),
    (r"/api/sessions", sessions.SessionList),
    (SESSION, sessions.SessionDetail),
    (SESSION + r"/history", sessions.SessionHistory),
    (SESSION + r"/avatar", avatars.Avatar),
    (SESSION + r"/orders/([^/]+)", lookups.Order),
    (SESSION + r"/products/([^/]+)", lookups.Product),
    (SESSION + r"/accept", sessions.Accept),
    (SESSION + r"/takeover", sessions.TakeOver),
    (SESSION + r"/release", sessions.Release),
    (SESSION + r"/transfer", sessions.Transfer),
    (SESSION + r"/message", sessions.Reply),
    (SESSION + r"/messages/([^/]+)/retry", sessions.Retry),
    (SESSION + r"/messages/([^/]+)/dismiss", sessions.Dismiss),
    (SESSION + r"/messages/([^/]+)/recall", sessions.Recall),
    (SESSION + r"/messages/([^/]+)/feedback", feedback.Feedback),
    (SESSION + r"/reclaim", sessions.Reclaim),
    (SESSION + r"/messages/([^/]+)/file", files.MessageFile),
    (SESSION + r"/files", uploads.SessionFiles),
    (SESSION + r"/suggestions", helping.Suggestions),
    (SESSION + r"/summary", helping.Summary),
    (SESSION + r"/polish", helping.Polish),
    (SESSION + r"/close", sessions.Close),
    (SESSION + r"/notes", notes.Notes),
    (SESSION + r"/notes/([^/]+)", notes.OneNote),
    (SESSION + r"/tags", tagging.SessionTags),
    (SESSION + r"/unread", tagging.Unread),
    (SESSION + r"/earlier", customers.Earlier),
    (SESSION + r"/customer", customers.CustomerCard),
    (SESSION + r"/customer/block", customers.Block),
    (SESSION + r"/customer/unblock", customers.Unblock),
    (SESSION + r"/customer/reveal", customers.Reveal),
    (SESSION + r"/log", deeds.Log),
    (r"/api/tags", tagging.Tags),
    (SESSION + r"/drafts/([^/]+)", own.SessionDraft),
    (r"/api/drafts", own.Drafts),
    (r"/api/preferences", own.Preferences),
    (SESSION + r"/reminder", own.SessionReminder),
    (r"/api/reminders", own.Reminders),
    (r"/api/bell", own.Bell),
    (r"/api/bell/seen", own.BellSeen),
    (r"/api/channels", health.Channels),
    (r"/api/quick-replies", replies.QuickReplies),
    (r"/api/quick-replies/import", replies.Import),
    (r"/api/quick-replies/export", replies.Export),
    (REPLY, replies.QuickReply),
    (REPLY + r"/used", replies.Used),
    (REPLY + r"/image", replies.Image),
    (r"/api/search", searching.Search),
    (r"/api/assistant/feedback", feedback.FeedbackExport),
    (r"/api/assistant/served", helping.Served),
    (r"/api/knowledge", knowledge.KnowledgeNotes),
    (r"/api/login", logins.LogIn),
    (r"/api/logout", logins.LogOut),
    (r"/api/me", logins.Me),
    (r"/api/agents", pages.Agents),
    (r"/api/doctor", doctor.Checkup),
    (r"/api/ways", doctor.Ways),
    (r"/douyin/authorize", douyin.Authorize),
    (douyin.CALLBACK, douyin.Authorized),
    (r"/ws/cs/([^/]+)", AgentSocket),
    (r"/", workbench.Page),
    (r"/static/(?:([0-9a-f]{16})/)?((?:[a-z-]+/)*[a-z-]+\.[a-z]+)", workbench.File),
    (r"/openapi\.yaml", pages.OpenApi),
    (r"/metrics", metrics.Metrics),
    (r"/healthz", pages.Healthz),
]

PING_EVERY = 20                 # seconds; below the shortest idle limit of usual proxies
LARGEST_FRAME = 64 * 1024       # bytes; the page sends nothing near it


def front(parts: Parts) -> Doorway:
    """What the HTTP server talks to."""
    given = {"parts": parts}
    application = Application(
        [(path, handler, given) for path, handler in ROUTES],
        default_handler_class=Nowhere,
        default_handler_args=given,
        websocket_ping_interval=PING_EVERY,
        websocket_ping_timeout=PING_EVERY,
        websocket_max_message_size=LARGEST_FRAME,
        log_function=lambda handler: None,      # what happened is logged where it happens, with its ids
    )
    return Doorway(parts, application)

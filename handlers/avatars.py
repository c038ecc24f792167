"""Customers' pictures, for the page: `customerAvatar` of a session names them here, wherever the platform has them."""

from ccs.errors import NotFound
from ccs.wire import avatar_path
from handlers.sessions import SessionHandler

KEPT_FOR = 24 * 3600    # seconds that a browser does not ask again


class Avatar(SessionHandler):
    """For everyone who may see the list. 404 while there is none; the page shows her initial then."""

    async def get(self, session_id: str) -> None:
        version, session = self.query("v"), self.stored(session_id)
        customer = session.customer
        is_latest = avatar_path(session).endswith(f"?v={version}")
        picture = await self.parts.avatars.get(customer.channel, customer.avatar) if customer.avatar else None
        if picture is None:
            raise NotFound("没有头像")
        self.set_header("Content-Type", picture.mime)
        self.set_header("Cache-Control", f"private, max-age={KEPT_FOR}" if is_latest else "no-store")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.finish(picture.content)

"""The yardsticks: Tornado alone, doing the least that has the same effect.

A handler that reads the body and answers `success`; and one that tells an event to every socket by calling
`write_message` on each.
"""

import asyncio
import sys

from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

EVENT = '{"type":"session_updated","data":"' + "x" * 700 + '"}'      # as long as the product's


class Bare(RequestHandler):
    def get(self) -> None:
        self.write("success")

    def post(self) -> None:
        assert self.request.body
        self.write("success")


class Listener(WebSocketHandler):
    everyone: "set[Listener]" = set()

    def open(self, name: str) -> None:
        self.everyone.add(self)

    def on_close(self) -> None:
        self.everyone.discard(self)


class Shout(RequestHandler):
    def post(self) -> None:
        for listener in Listener.everyone:
            listener.write_message(EVENT)
        self.write("success")


async def main(port: int) -> None:
    Application(
        [("/wecom/callback", Bare), ("/shout", Shout), ("/ws/cs/(.*)", Listener)],
        log_function=lambda handler: None,
    ).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

"""A yardstick: WeRoBot in Tornado, the way its own documentation shows it."""

import asyncio
import logging
import sys

from tornado.web import Application
from tornado.websocket import WebSocketHandler
from werobot import WeRoBot
from werobot.contrib.tornado import make_handler
from werobot.messages.messages import TextMessage

from tests.bench.plain_table import PlainTable, told
from tests.platforms import CORP, KEY, TOKEN


class Page(WebSocketHandler):
    everyone: "set[Page]" = set()

    def open(self, agent: str) -> None:
        self.everyone.add(self)

    def on_close(self) -> None:
        self.everyone.discard(self)


def robot(table: PlainTable) -> WeRoBot:
    robot = WeRoBot(token=TOKEN, app_id=CORP, encoding_aes_key=KEY)
    robot.config["SESSION_STORAGE"] = False         # its own, a commit more, which nothing here needs
    robot.logger.setLevel(logging.ERROR)            # it warns of each message that gets no reply at once

    @robot.text
    def keep(message: TextMessage) -> None:
        said = message.message_id, message.source, message.content
        if table.keep(*said):
            for page in Page.everyone:
                page.write_message(told(*said))

    return robot


async def main(port: int, path: str) -> None:
    Application(
        [("/wecom/callback", make_handler(robot(PlainTable(path)))), ("/ws/cs/(.*)", Page)],
        log_function=lambda handler: None,
    ).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))

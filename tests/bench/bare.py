"""The yardstick: a bare Tornado handler that reads the body and answers `success`."""

import asyncio
import sys

from tornado.web import Application, RequestHandler


class Bare(RequestHandler):
    def post(self) -> None:
        assert self.request.body
        self.write("success")


async def main(port: int) -> None:
    Application([("/wecom/callback", Bare)], log_function=lambda handler: None).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

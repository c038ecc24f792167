"""`python -m tests.bench.only_fetch URL`: fetches all that waits at the fake WeCom with the product's own client, page
by page, decodes it, does nothing with it, and prints how many messages that were and how many seconds it took."""

import asyncio
import sys
import time
from pathlib import Path

from ccs.channels.base import Tools
from ccs.channels.http import Http
from ccs.channels import loosely
from ccs.channels.wecom.api import Api
from ccs.channels.wecom.pulling import LARGEST_PAGE, PAGE
from ccs.models import utc_now
from ccs.settings import WeChatSettings
from tests.bench.waiting import ACCOUNT, SECRET
from tests.platforms import CORP


async def main(url: str) -> None:
    http = Http()
    api = Api(WeChatSettings(corp_id=CORP, secret=SECRET, api_base=url),
              Tools(http, utc_now, lambda name: None, lambda token: None, Path))
    await api.post("kf/account/list", {})           # a token and a connection, as the product has them
    fetched, more, cursor = 0, 1, ""
    began = time.perf_counter()
    while more:
        asked = {"open_kfid": ACCOUNT, "limit": PAGE, "cursor": cursor}
        page = await api.post("kf/sync_msg", asked, most=LARGEST_PAGE, decode=loosely.decode)
        fetched, more, cursor = fetched + len(page["msg_list"]), page["has_more"], page["next_cursor"]
    print(fetched, time.perf_counter() - began)
    await http.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

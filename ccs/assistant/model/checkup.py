"""What a checkup asks of the model's server: whether it is there, takes the key, and has the model. Costs no tokens."""

import asyncio
from random import Random

from ccs.assistant.model.client import Client, Endpoint
from ccs.assistant.model.counters import Counters
from ccs.assistant.model.failures import Kind, ModelFailure
from ccs.checkup.doctor import PATIENCE, Opinion, fail, ok, warn
from ccs.settings import OpenAISettings

MANY = 8                # names of models that are told

ADVICE = {
    Kind.UNREACHABLE: "确认这个地址在本机的浏览器里打得开，模型服务已经启动，并且允许局域网访问",
    Kind.TIMEOUT: "确认模型服务没有卡住；电脑正在装载模型时等一会儿再检查",
    Kind.KEY: "到模型服务的控制台重新复制密钥，填到 assistant.openai.api_key 或环境变量 CCS_ASSISTANT_OPENAI_API_KEY",
    Kind.MONEY: "到模型服务的控制台充值",
}


async def look(settings: OpenAISettings) -> Opinion:
    """Asks for the list of models."""
    client = Client(Endpoint(settings.base_url, settings.model, settings.api_key), 1, Counters(), Random())
    try:
        async with asyncio.timeout(PATIENCE - 0.5):
            models = await client.models()
    except TimeoutError:
        return fail("模型服务没有及时答复", ADVICE[Kind.TIMEOUT])
    except ModelFailure as failure:
        return _failed(failure, settings)
    finally:
        await client.close()
    if models and settings.model not in models and f"{settings.model}:latest" not in models:
        return fail(f"模型服务没有“{settings.model}”这个模型", f"把 assistant.openai.model 改成它有的：{'、'.join(models[:MANY])}")
    return ok(f"模型服务可以访问，使用 {settings.model}")


def _failed(failure: ModelFailure, settings: OpenAISettings) -> Opinion:
    if failure.kind is Kind.UNKNOWN:
        return warn(
            "模型服务在线，但不能列出它的模型",
            f"如果 AI 也答不了，检查 assistant.openai.base_url（{settings.base_url}）是不是少了或多了结尾的 /v1",
        )
    return fail(str(failure), ADVICE.get(failure.kind, "稍后再检查一次；如果一直这样，请看模型服务自己的日志"))

"""What is neither a session nor a callback: the description of the API, health, the agents."""

from pathlib import Path

from ccs import codec
from handlers.base import ApiHandler, Handler

OPENAPI = Path(__file__).with_name("openapi.yaml")


class OpenApi(Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "application/yaml; charset=utf-8")
        self.finish(OPENAPI.read_bytes())


class Healthz(Handler):
    """200 while everything works; 503 with the reason while the disk takes no writes."""

    def head(self) -> None:
        self.get()

    def get(self) -> None:
        healthy = self.parts.health.is_healthy
        self.set_status(200 if healthy else 503)
        self.finish(codec.encode({
            "status": "ok" if healthy else "degraded", "store": "ok" if healthy else "unavailable",
        }))


class Agents(ApiHandler):
    def get(self) -> None:
        self.answer([
            {
                "csId": agent.id, "name": agent.name or agent.id, "role": agent.role,
                **({"groups": agent.groups} if agent.groups else {}),
            }
            for agent in self.parts.config.agents
        ])

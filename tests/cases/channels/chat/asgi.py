"""The ASGI application: pages, and a WebSocket for one room."""

import os

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path


class Room(AsyncWebsocketConsumer):
    """One connection to the room."""

    async def connect(self) -> None:
        """Enter."""
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept("chat" if "chat" in self.scope["subprotocols"] else None)
        headers = {name.decode(): value.decode() for name, value in self.scope["headers"]}
        await self.send(f"{os.environ['VERSION']} {headers['host']} {headers['x-forwarded-proto']}")

    async def disconnect(self, _code: int) -> None:
        """Leave."""
        await self.channel_layer.group_discard("room", self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Tell all what one has said; bytes are answered to that one alone."""
        if bytes_data is not None:
            await self.send(bytes_data=bytes_data[::-1])
        elif text_data == "bye":
            await self.close(4000)
        else:
            await self.channel_layer.group_send(
                "room", {"type": "say", "text": f"{os.environ['VERSION']}: {text_data}"}
            )

    async def say(self, event: dict[str, str]) -> None:
        """Pass on what somebody has said."""
        await self.send(event["text"])


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": AllowedHostsOriginValidator(URLRouter([path("ws/", Room.as_asgi())])),
    }
)

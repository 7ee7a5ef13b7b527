"""A file is sent whole by loop.sendfile, and the connection is closed."""

import asyncio

import server


class Sender(asyncio.Protocol):
    def connection_made(self, transport):
        self.task = asyncio.ensure_future(self.send(transport))

    async def send(self, transport):
        with open(server.ARGUMENT, "rb") as file:
            await asyncio.get_running_loop().sendfile(transport, file)
        transport.close()


server.serve(Sender)

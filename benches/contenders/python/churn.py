"""64 bytes are received and sent back, and the connection is closed."""

import asyncio

import server


class Churn(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.received = b""

    def data_received(self, data):
        self.received += data
        if len(self.received) == 64:
            self.transport.write(self.received)
            self.transport.close()


server.serve(Churn)

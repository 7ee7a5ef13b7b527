"""Bytes are received into one buffer, until there are no more."""

import asyncio

import server


class Sink(asyncio.BufferedProtocol):
    def connection_made(self, transport):
        self.buffer = bytearray(65536)

    def get_buffer(self, _):
        return self.buffer

    def buffer_updated(self, _):
        pass


server.serve(Sink)

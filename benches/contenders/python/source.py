"""Bytes are sent until nobody takes them."""

import asyncio

import server

CHUNK = bytes(65536)


class Source(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.is_full = False
        self.send()

    def send(self):
        while not self.is_full and not self.transport.is_closing():
            self.transport.write(CHUNK)

    def pause_writing(self):
        self.is_full = True

    def resume_writing(self):
        self.is_full = False
        self.send()

    def connection_lost(self, _):
        self.is_full = True


server.serve(Source)

"""Datagrams are counted, and every 512th is acknowledged."""

import asyncio

import server


class Counter(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
        self.count = 0

    def datagram_received(self, _, address):
        self.count += 1
        if self.count % 512 == 0:
            self.transport.sendto(b"ack", address)


server.serve_datagrams(Counter)

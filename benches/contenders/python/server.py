"""What the Python contenders share: one CPU, an event loop, a line that says where they listen."""

import asyncio
import os
import socket
import sys

LOOP, CPU, ARGUMENT = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def run(main):
    """Runs `main` until the benchmark, which holds the other end of stdin, is gone."""
    os.sched_setaffinity(0, {CPU})
    if LOOP == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(until_the_end(main))


async def until_the_end(main):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    loop.add_reader(0, lambda: os.read(0, 1) or ended.done() or ended.set_result(None))
    kept = await main(loop)
    await ended
    del kept


def ready(transport_socket):
    host, port = transport_socket.getsockname()
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"ready {host}:{port} CPython {version}", flush=True)


def serve(protocol):
    async def main(loop):
        server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=4096)
        ready(server.sockets[0])
        return server

    run(main)


def serve_datagrams(protocol):
    async def main(loop):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        transport, _ = await loop.create_datagram_endpoint(protocol, sock=sock)
        ready(sock)
        return transport

    run(main)

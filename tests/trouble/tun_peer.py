"""A host that is no kernel: answers TCP by hand, over a TUN device (networking/tuntap.rst).

Usage: tun_peer.py BEHAVIOUR. Makes the device `strange` and prints a line once it answers.
"""
import fcntl
import os
import struct
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def segment(source, target, ports, seq, ack, flags, window=0, data=b"", spoil=0):
    pseudo = source + target + struct.pack("!BBH", 0, 6, 20 + len(data))
    header = struct.pack("!HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, flags, window, 0, 0)
    tcp = header[:16] + struct.pack("!H", checksum(pseudo + header + data) ^ spoil) + header[18:] + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, source, target)
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


def answers(behaviour, packet):
    """What the host answers to a segment."""
    if packet[0] >> 4 != 4 or packet[9] != 6:
        return
    here, there = packet[12:16], packet[16:20]
    tcp = packet[(packet[0] & 15) * 4:]
    source, target, seq, ack = struct.unpack("!HHII", tcp[:12])
    flags, data = tcp[13], tcp[(tcp[12] >> 4) * 4:]
    ports, way = (target, source), (there, here)
    if flags & SYN:
        if behaviour == "deaf":
            return
        if behaviour == "refuses":
            yield segment(*way, ports, 0, seq + 1, RST | ACK)
            return
        if behaviour == "unsound":
            # For a connection that nobody asked for, and with a bad checksum: neither may end the connect.
            yield segment(*way, ports, 0, seq + 77, RST | ACK)
            yield segment(*way, ports, 0, seq + 1, RST | ACK, spoil=1)
        window = 0 if behaviour == "no window" else 1000
        yield segment(*way, ports, 1000, seq + 1, SYN | ACK, window)
    elif behaviour == "forgets" and data:
        yield segment(*way, ports, ack, 0, RST)
    elif behaviour == "byte by byte" and data:
        # Takes one byte of what it is sent, and says one at a time.
        yield segment(*way, ports, ack, seq + 1, ACK | PSH, 1, b"!")
    elif behaviour == "unsound" and not data and flags == ACK and ack == 1001:
        # Twice, and out of order.
        yield segment(*way, ports, 1004, seq, ACK | PSH, 1000, b"lo!")
        yield segment(*way, ports, 1001, seq, ACK | PSH, 1000, b"hel")
        yield segment(*way, ports, 1001, seq, ACK | PSH, 1000, b"hel")
        yield segment(*way, ports, 1007, seq, ACK | FIN, 1000)


tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"strange", IFF_TUN | IFF_NO_PI))
print("ready", flush=True)
while True:
    for answer in answers(sys.argv[1], os.read(tun, 65536)):
        os.write(tun, answer)

"""
Doors: ports of a program that listens on the loopback address alone, opened to others. Requests come to a pod's address, and so do the
probes that tell whether it is ready; a program that runs on one machine as it is need not know of either.
"""

import asyncio
import ipaddress
import socket
import struct
import threading

# Nothing tells when a socket begins or ceases to listen.
LOOK_EVERY = 0.25
LISTENS = "0A"
CHUNK = 64 * 1024


def open_doors(ports):
    """Keeps doors at these ports, as long as the node lives."""
    threading.Thread(target=lambda: asyncio.run(Doors(ports).keep()), daemon=True).start()


class Doors:
    def __init__(self, ports):
        self.ports = ports
        self.open = {}

    async def keep(self):
        while True:
            for port in self.ports:
                await self._look(port)
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self, port):
        heard = listening(port)
        inside = [address for address in heard if address.is_loopback]
        door = self.open.get(port)
        if door is not None and not inside:
            del self.open[port]
            door.close()
        elif door is None and inside and len(inside) == len(heard):
            try:
                self.open[port] = await self._open(port, str(inside[0]))
            except OSError:
                # The program has just begun to listen there itself.
                pass

    async def _open(self, port, inside):
        async def enter(reader, writer):
            await connect(reader, writer, inside, port)

        return await asyncio.start_server(enter, own_addresses(), port)


def own_addresses():
    """The pod's addresses in the cluster: the kubelet writes them into /etc/hosts."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)}
    return [address for address in found if not ipaddress.ip_address(address).is_loopback]


def listening(port):
    """The addresses at which something listens on a port."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as lines:
                next(lines)
                for line in lines:
                    _, local, _, state, _ = line.split(None, 4)
                    if state != LISTENS:
                        # The kernel tells of those that listen first.
                        break
                    address, _, number = local.partition(":")
                    if int(number, 16) == port:
                        found.append(parse(address))
        except FileNotFoundError:
            # A kernel without IPv6.
            pass
    return found


def parse(text):
    """An address as the kernel writes it: words of 32 bits, each in the machine's own order of bytes."""
    words = [int(text[start : start + 8], 16) for start in range(0, len(text), 8)]
    address = ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))
    return getattr(address, "ipv4_mapped", None) or address


async def connect(reader, writer, address, port):
    """Carries bytes between who came in and the program."""
    try:
        inside_reader, inside_writer = await asyncio.open_connection(address, port)
    except OSError:
        # As if there were no door.
        writer.transport.abort()
        return
    try:
        await asyncio.gather(carry(reader, inside_writer), carry(inside_reader, writer))
    except OSError:
        writer.transport.abort()
        inside_writer.transport.abort()
    finally:
        writer.close()
        inside_writer.close()


async def carry(reader, writer):
    while True:
        data = await reader.read(CHUNK)
        if not data:
            writer.write_eof()
            return
        writer.write(data)
        await writer.drain()

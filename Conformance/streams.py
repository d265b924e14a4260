"""Servers of what is more than a request and its answer, and a client's frames: bytes, datagrams, WebSockets, events."""

import base64
import contextlib
import hashlib
import socket
import threading
import time

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="


def frame(opcode, payload, key=b"", final=True):
    """A WebSocket's frame (RFC 6455, section 5.2); with a key, masked as a client's."""
    length = len(payload)
    bits = 0x80 if key else 0
    if length < 126:
        size = bytes([bits | length])
    elif length < 1 << 16:
        size = bytes([bits | 126]) + length.to_bytes(2, "big")
    else:
        size = bytes([bits | 127]) + length.to_bytes(8, "big")
    if key:
        payload = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
    return bytes([(0x80 if final else 0) | opcode]) + size + key + payload


def read_frame(file):
    """(opcode, payload) of the next one; None at the end."""
    head = file.read(2)
    if len(head) < 2:
        return None
    length = head[1] & 0x7F
    if length >= 126:
        length = int.from_bytes(file.read(2 if length == 126 else 8), "big")
    key = file.read(4) if head[1] & 0x80 else bytes(4)
    return head[0] & 0x0F, bytes(byte ^ key[index % 4] for index, byte in enumerate(file.read(length)))


def upgrade(host, path="/chat"):
    """A client's request for a WebSocket."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Key: {KEY.decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def shout(connection):
    while piece := connection.recv(65536):
        connection.sendall(piece.upper())


def web(connection):
    """/events: five of them, 20 ms apart; all else: a WebSocket that says everything again."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return
        head += piece
    if b" /events " in head.split(b"\r\n")[0]:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for number in range(5):
            connection.sendall(b"id: %d\nevent: tick\ndata: {\"n\": %d}\n\n" % (number, number))
            time.sleep(0.02)
        return
    accept = base64.b64encode(hashlib.sha1(KEY + MAGIC).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    file = connection.makefile("rb")
    while found := read_frame(file):
        opcode, payload = found
        connection.sendall(frame(opcode, payload))
        if opcode == 8:
            return


def accept(server, serve):
    def one(connection):
        with contextlib.suppress(OSError), connection:
            serve(connection)

    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()


def answer(server):
    with contextlib.suppress(OSError):
        # Without a sender, it was shut down.
        while (found := server.recvfrom(65536))[1]:
            datagram, sender = found
            server.sendto(datagram.upper(), sender)


@contextlib.contextmanager
def servers():
    """Ports: of bytes that come back in capitals, of datagrams that do, and of ``web``."""
    streams = [(socket.create_server(("127.0.0.1", 0)), serve) for serve in (shout, web)]
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    for server, serve in streams:
        threading.Thread(target=accept, args=(server, serve), daemon=True).start()
    threading.Thread(target=answer, args=(datagrams,), daemon=True).start()
    try:
        yield streams[0][0].getsockname()[1], datagrams.getsockname()[1], streams[1][0].getsockname()[1]
    finally:
        for server in [server for server, _ in streams] + [datagrams]:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

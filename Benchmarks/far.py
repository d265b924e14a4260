"""The far end of a relay: answers, sends or swallows, as the first byte of a connection asks.

far.py PORT — `e` echoes what follows, `d` and eight digits sends that many MB, `s` swallows until the end and answers with
the count.
"""

import selectors
import socket
import sys

BLOCK = bytes(1 << 20)


def send(connection, megabytes):
    for _ in range(megabytes):
        connection.sendall(BLOCK)
    connection.close()


def swallow(connection):
    space, count = bytearray(1 << 20), 0
    while got := connection.recv_into(space):
        count += got
    connection.sendall(b"%d" % count)
    connection.close()


def main(port):
    listening = socket.create_server(("127.0.0.1", port), backlog=4096)
    ready = selectors.DefaultSelector()
    ready.register(listening, selectors.EVENT_READ)
    echoing = set()
    while True:
        for key, _ in ready.select():
            if key.fileobj is listening:
                connection, _ = listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(connection, selectors.EVENT_READ)
                continue
            connection = key.fileobj
            try:
                data = connection.recv(65536)
                if data and connection in echoing:
                    connection.sendall(data)
                    continue
                if data[:1] == b"e":
                    echoing.add(connection)
                    connection.sendall(data[1:])
                    continue
                ready.unregister(connection)
                if data[:1] == b"d":
                    send(connection, int(data[1:9]))
                elif data[:1] == b"s":
                    swallow(connection)
                else:
                    connection.close()
            except OSError:
                if connection.fileno() in ready.get_map():
                    ready.unregister(connection)
                connection.close()
            echoing.discard(connection) if connection.fileno() < 0 else None


main(int(sys.argv[1]))

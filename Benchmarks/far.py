"""The far end of a relay. What a connection sends first says what it gets:

e… an echo of what follows; d and eight digits that many MB; h nothing: it is held and not read.
"""

import contextlib
import selectors
import socket
import sys
import threading

BLOCK = bytes(1 << 20)


def send(connection, megabytes):
    with connection, contextlib.suppress(OSError):
        connection.setblocking(True)
        for _ in range(megabytes):
            connection.sendall(BLOCK)


def main(port):
    listening = socket.create_server(("127.0.0.1", port), backlog=4096)
    ready = selectors.DefaultSelector()
    ready.register(listening, selectors.EVENT_READ)
    echoing, held = set(), []
    while True:
        for key, _ in ready.select():
            connection = key.fileobj
            if connection is listening:
                accepted, _ = listening.accept()
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(accepted, selectors.EVENT_READ)
                continue
            try:
                data = connection.recv(65536)
                if data and (connection in echoing or data[:1] == b"e"):
                    connection.sendall(data if connection in echoing else data[1:])
                    echoing.add(connection)
                    continue
            except OSError:
                data = b""
            ready.unregister(connection)
            echoing.discard(connection)
            if data[:1] == b"d":
                threading.Thread(target=send, args=(connection, int(data[1:9])), daemon=True).start()
            elif data[:1] == b"h":
                held.append(connection)
            else:
                connection.close()


main(int(sys.argv[1]))

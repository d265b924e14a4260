"""An HTTP/1.1 client that sends exactly the bytes it is told, and reads answers strictly.

Real clients repair what they send and forgive what they get; a conformance check can have neither.
"""

import re
import socket
import time


class Answer:
    """One response. Status 0: the connection ended, or nothing came, before a whole head did."""

    def __init__(self, head=b"", interim=()):
        self.head, self.interim, self.body, self.complete = head, list(interim), b"", False
        self.status, self.fields = 0, []
        if head:
            self._parse(head)

    def _parse(self, head):
        if b"\r" in head.replace(b"\r\n", b"") or b"\n" in head.replace(b"\r\n", b""):
            raise ValueError(f"a bare CR or LF in the answer's head: {head!r}")
        first, *lines = head.decode("latin-1").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 ([1-5]\d\d) [^\r\n]*", first)
        if not found:
            raise ValueError(f"not a status line: {first!r}")
        self.status = int(found[1])
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
                raise ValueError(f"not a field line: {line!r}")
            self.fields.append((name.lower(), value.strip(" \t")))

    def all(self, name):
        return [v for n, v in self.fields if n == name.lower()]

    def get(self, name, default=""):
        return ", ".join(self.all(name)) or default

    def tokens(self, name):
        """A list field's members, lower case: `Allow`, `Vary`, `Connection`."""
        return {t.strip().lower() for t in self.get(name).split(",") if t.strip()}

    def __str__(self):
        names = ("content-length", "content-range", "location", "allow", "connection", "etag", "content-type")
        seen = " ".join(f"{n}={self.get(n)!r}" for n in names if self.all(n))
        return f"{self.status or 'no answer'} {seen} body={self.body[:60]!r}"


class Wire:
    """One connection."""

    def __init__(self, port, host="127.0.0.1", timeout=5.0, receive_buffer=None):
        self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        self.sock.connect((host, port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout, self.buffer, self.ended, self.reset = timeout, b"", False, False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        """A server may refuse and close before it has read everything: its answer must still be readable."""
        try:
            self.sock.sendall(data)
        except OSError:
            pass
        return self

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def receive(self, within=None):
        """What one read gives; nothing at the end of the connection, or when nothing came in time."""
        if self.ended:
            return b""
        self.sock.settimeout(self.timeout if within is None else max(within, 0.001))
        try:
            data = self.sock.recv(1 << 18)
        except socket.timeout:
            return b""
        except OSError:
            self.reset, data = True, b""
        self.ended = not data
        return data

    def fill(self, within=None):
        data = self.receive(within)
        self.buffer += data
        return bool(data)

    def answer(self, method="GET"):
        """The next final answer; interim ones (1xx) are kept in its `interim`."""
        interim = []
        while True:
            head = self._until(b"\r\n\r\n")
            if head is None:
                return Answer()
            answer = Answer(head, interim)
            if answer.status >= 200 or answer.status == 101:
                break
            interim.append(answer.status)
        self._body(answer, method)
        return answer

    def closed(self, within=2.0):
        """Whether the server ends the connection now, and sends nothing more before that."""
        deadline = time.monotonic() + within
        while not self.ended and not self.buffer and time.monotonic() < deadline:
            self.fill(deadline - time.monotonic())
        return self.ended and not self.buffer

    def silent(self, seconds=0.3):
        """Whether nothing comes for a while."""
        return not self.buffer and not self.fill(seconds) and not self.ended

    def rest(self):
        """Everything up to the end of the connection."""
        pieces, self.buffer = [self.buffer], b""
        while data := self.receive():
            pieces.append(data)
        return b"".join(pieces)

    def _until(self, mark):
        while mark not in self.buffer:
            if not self.fill():
                return None
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    def _exactly(self, count):
        pieces, have = [self.buffer], len(self.buffer)
        while have < count and (data := self.receive()):
            pieces.append(data)
            have += len(data)
        data = b"".join(pieces)
        self.buffer = data[count:]
        return data[:count]

    def _body(self, answer, method):
        lengths, chunked = set(answer.all("content-length")), "chunked" in answer.tokens("transfer-encoding")
        if len(lengths) > 1 or (chunked and lengths):
            raise ValueError(f"an answer framed two ways: {answer.head!r}")
        if method == "HEAD" or answer.status in (101, 204, 304):
            answer.complete = True
        elif chunked:
            answer.complete = self._chunks(answer)
        elif lengths:
            count = int(lengths.pop())
            answer.body = self._exactly(count)
            answer.complete = len(answer.body) == count
        else:
            answer.body = self.rest()
            answer.complete = self.ended and not self.reset

    def _chunks(self, answer):
        while True:
            line = self._until(b"\r\n")
            if line is None:
                return False
            size = int(line.split(b";")[0], 16)
            if not size:
                return self._trailers()
            answer.body += self._exactly(size)
            if self._exactly(2) != b"\r\n":
                return False

    def _trailers(self):
        while line := self._until(b"\r\n"):
            pass
        return line is not None


def request(target, headers=(), method="GET", body=b"", host="localhost", version="1.1"):
    """A plain request's bytes. `headers`: a mapping, or pairs where a name comes twice."""
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
    if host is not None:
        pairs.insert(0, ("Host", host))
    if body and not any(n.lower() in ("content-length", "transfer-encoding") for n, _ in pairs):
        pairs.append(("Content-Length", str(len(body))))
    lines = "".join(f"{n}: {v}\r\n" for n, v in pairs)
    return f"{method} {target} HTTP/{version}\r\n{lines}\r\n".encode("latin-1") + body


def chunked(*parts, trailers=b""):
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\n" + trailers + b"\r\n"

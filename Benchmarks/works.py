"""The work given to each server, and to `homeport ports`: what is measured, and how."""

import hashlib
import http.client
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import time

from bench import CLIENT_CORE, HERE, SERVER_CORE, alternating, cpu_seconds, memory, on, timed
from peers import Running


def verify(server, path, wanted):
    """One answer before anything is measured: a wrong one can be fast."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    digest, size = hashlib.sha256(), 0
    while data := answer.read(1 << 20):
        digest.update(data)
        size += len(data)
    connection.close()
    if (answer.status, size, digest.hexdigest()) != (200, *wanted):
        raise RuntimeError(f"{server.name}: {path} answered {answer.status}, {size} bytes, not the file's")


def described(path):
    """Length and hash of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            digest.update(data)
    return path.stat().st_size, digest.hexdigest()


def load(server, paths, seconds):
    """One run of wrk: requests a second, processor microseconds each, how busy the server was, and errors."""
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s"]
    if len(paths) > 1:
        command += ["-s", str(HERE / "rotate.lua"), server.url("/"), "--", *paths]
    else:
        command.append(server.url(paths[0]))
    used, started = cpu_seconds(server.pid), time.perf_counter()
    with on(CLIENT_CORE):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used, took = cpu_seconds(server.pid) - used, time.perf_counter() - started
    requests = int(re.search(r"(\d+) requests in", said)[1])
    bad = [int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", said)]
    bad += [int(n) for found in re.findall(r"Socket errors: (.*)", said) for n in re.findall(r"\d+", found)]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return {"rate": rate, "cpu": used / max(requests, 1) * 1e6, "busy": used / took, "errors": sum(bad)}


def small_files(names, folder, tree, paths, rounds, seconds):
    """All servers up, wrk at each in turn; {server: [run, …]} with one run for each round."""
    servers = {}
    try:
        for name in names:
            servers[name] = Running(name, folder, tree)
            for path in paths:
                verify(servers[name], path, described(tree / path[1:]))
            load(servers[name], paths, 1)
        results = {name: [] for name in names}
        for _, name in alternating(names, rounds):
            results[name].append(load(servers[name], paths, seconds))
        return results
    finally:
        for server in servers.values():
            server.__exit__()


def download(server, path):
    """Seconds for curl to get one file and throw it away, and the server's processor seconds."""
    used = cpu_seconds(server.pid)
    with on(CLIENT_CORE):
        command = ["curl", "--noproxy", "*", "-sSf", "-o", os.devnull, "-w", "%{time_total}", server.url(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {"time": float(said), "cpu": cpu_seconds(server.pid) - used}


def large_file(names, folder, tree, path, rounds):
    servers, wanted = {}, described(tree / path[1:])
    try:
        for name in names:
            servers[name] = Running(name, folder, tree)
            verify(servers[name], path, wanted)
        results = {name: [] for name in names}
        for _, name in alternating(names, rounds):
            results[name].append(download(servers[name], path))
        return results, {name: memory(server.pid, "VmHWM") for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.__exit__()


def idle_connections(name, folder, tree, path, count):
    """Memory of a fresh server before and with that many kept connections, each after one request."""
    room(count + 200)
    body = (tree / path[1:]).read_bytes()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with Running(name, folder, tree) as server:
        before, connections = memory(server.pid), []
        try:
            for _ in range(count):
                connection = socket.create_connection(("127.0.0.1", server.port), 10)
                connections.append(connection)
                connection.sendall(request)
                answer = b""
                while not answer.endswith(body):
                    data = connection.recv(65536)
                    if not data:
                        raise RuntimeError(f"{name}: connection {len(connections)} ended early")
                    answer += data
            time.sleep(2)
            return {"before": before, "idle": memory(server.pid), "open": sum(map(is_open, connections))}
        finally:
            for connection in connections:
                connection.close()


def is_open(connection):
    connection.setblocking(False)
    try:
        return bool(connection.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


def first_answer(name, folder, tree, path):
    """Seconds from just before exec to the end of the first 200, asking anew every 0.2 ms."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    with Running(name, folder, tree, wait=False) as server, on(CLIENT_CORE):
        while time.perf_counter() - server.started < 10:
            try:
                with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                    connection.sendall(request)
                    answer = b""
                    while data := connection.recv(65536):
                        answer += data
                if answer.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
                    return time.perf_counter() - server.started
            except OSError:
                pass
            time.sleep(0.0002)
    raise RuntimeError(f"{name}: no answer within 10 seconds")


# A quarter listen; the rest are connections, both ends of each, to the first of them.
CROWD = """
import socket, sys
listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]) // 4)]
pairs, first = [], listeners[0]
while len(listeners) + len(pairs) < int(sys.argv[1]):
    pairs += [socket.create_connection(first.getsockname()), first.accept()[0]]
print(*[l.getsockname()[1] for l in listeners], flush=True)
sys.stdin.read()
"""


def listing_ports(commands, sockets, rounds):
    """Seconds that each command takes while one process holds that many sockets; each must name all its listeners."""
    room(sockets + 100)
    with on(SERVER_CORE):
        crowd = subprocess.Popen(
            [sys.executable, "-c", CROWD, str(sockets)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    try:
        listening = set(crowd.stdout.readline().split())
        for name, command in commands.items():
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            missing = listening - set(re.findall(r"\d+", said))
            if missing or not listening:
                raise RuntimeError(f"{name} names only {len(listening) - len(missing)} of {len(listening)} listeners")
        results = {name: [] for name in commands}
        for _, name in alternating(list(commands), rounds):
            results[name].append(timed(commands[name], CLIENT_CORE))
        return results
    finally:
        crowd.stdin.close()
        crowd.wait()


def room(descriptors):
    """Raises the soft limit of descriptors, for this process and the servers it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < descriptors:
        raise RuntimeError(f"the hard limit of {hard} descriptors is too low: {descriptors} are needed (ulimit -Hn)")
    if soft != resource.RLIM_INFINITY and soft < descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, hard))


def median(values):
    return statistics.median(values) if values else float("nan")

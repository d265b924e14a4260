"""The relays compared: each as it comes and at its best, one core each, all on a free port of 127.0.0.1."""

import contextlib
import os
import re
import subprocess
import time
from pathlib import Path

from bench import CLIENT_CORE, SERVER_CORE, cpu_seconds, free_port, homeport, on, stop, wait_for_port

NGINX = """
load_module modules/ngx_stream_module.so;
{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 8192; {events} }}
stream {{ server {{ listen 127.0.0.1:{port}; proxy_pass 127.0.0.1:{target}; {more} }} }}
"""
NGINX_WAYS = {"nginx stream": ("", ""), "nginx stream tuned": ("multi_accept on;", "proxy_buffer_size 256k; tcp_nodelay on;")}

HAPROXY = """
global
    nbthread 1
    maxconn 4096
    {more}
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    {options}
listen relay
    bind 127.0.0.1:{port}
    server target 127.0.0.1:{target}
"""
HAPROXY_WAYS = {"haproxy": ("", ""), "haproxy tuned": ("tune.bufsize 262144", "option splice-auto")}


def nginx(name, folder, port, target):
    user = "user root; " if os.geteuid() == 0 else ""
    events, more = NGINX_WAYS[name]
    config = NGINX.format(user=user, folder=folder, port=port, target=target, events=events, more=more)
    (folder / "nginx.conf").write_text(config)
    return ["nginx", "-e", f"{folder}/error.log", "-p", "/usr/share/nginx", "-c", f"{folder}/nginx.conf"]


def haproxy(name, folder, port, target):
    more, options = HAPROXY_WAYS[name]
    (folder / "haproxy.cfg").write_text(HAPROXY.format(port=port, target=target, more=more, options=options))
    return ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"]


def socat(name, folder, port, target):
    size = ["-b", "262144"] if name.endswith("tuned") else []
    return ["socat", *size, f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,nodelay", f"TCP:127.0.0.1:{target},nodelay"]


def ours(name, folder, port, target, *more):
    link = ["--listen", f"127.0.0.1:{port}", "--name", "relay", "--threads", "1", "--json"]
    # The others take nothing down.
    if name != "homeport tapped":
        link.append("--no-tap")
    return [homeport(), "link", "open", f"127.0.0.1:{target}", *link, *more]


# The name in the tables, what makes its command line, and the program it needs.
RELAYS = {
    "homeport": (ours, None),
    "homeport tapped": (ours, None),
    "nginx stream": (nginx, "nginx"),
    "nginx stream tuned": (nginx, "nginx"),
    "haproxy": (haproxy, "haproxy"),
    "haproxy tuned": (haproxy, "haproxy"),
    "socat": (socat, "socat"),
    "socat tuned": (socat, "socat"),
}


class Relay:
    """One relay at work on its core."""

    def __init__(self, name, folder, target, *more, makers=RELAYS):
        self.name, self.port = name, free_port()
        self.folder = Path(folder) / f"{name.replace(' ', '-')}-{self.port}"
        self.folder.mkdir(exist_ok=True)
        command = makers[name][0](name, self.folder, self.port, target, *more)
        environment = dict(os.environ, HOMEPORT_HOME=str(self.folder))
        with on(SERVER_CORE), open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        wait_for_port(self.port, self.process)
        # What the first connection set in motion is over.
        time.sleep(0.1)

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)


PAGE = """
{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; open_file_cache max=10;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    sendfile on; server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


@contextlib.contextmanager
def page(folder):
    """The port of an nginx on the client's core that serves a page of 1 KB, `/1k`, and a GB of zeros, `/1g`."""
    port, folder = free_port(), Path(folder) / "page"
    folder.mkdir()
    (folder / "1k").write_bytes(os.urandom(1024))
    with open(folder / "1g", "wb") as file:
        file.truncate(1 << 30)
    user = "user root; " if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(PAGE.format(user=user, folder=folder, port=port))
    with on(CLIENT_CORE):
        process = subprocess.Popen(["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    try:
        wait_for_port(port, process)
        yield port
    finally:
        stop(process)


def cost_of_requests(relay, seconds, script=None):
    """Its CPU microseconds for each request for that page, and how many there were. Without a script, as many as can be."""
    used = cpu_seconds(relay.pid)
    more = ["-s", str(script)] if script else []
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", *more, f"http://127.0.0.1:{relay.port}/1k"]
    with on(CLIENT_CORE):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", said)[1])
    if "Non-2xx" in said or requests == 0:
        raise RuntimeError(f"{relay.name}: {said}")
    return (cpu_seconds(relay.pid) - used) / requests * 1e6, requests

"""The servers compared: each as it comes, nginx also at its best.

All run in the foreground, on a free port of 127.0.0.1, and write to a folder of their own only.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from bench import SERVER_CORE, free_port, homeport, on, stop, wait_for_port

# `as it comes` keeps nginx's own defaults, among them keepalive_requests 1000: a connection is closed after that many.
# Only worker_connections is raised (from 512), or it could not hold 1,000 connections at all.
NGINX = """
{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    types {{ text/plain txt; }} default_type application/octet-stream;
    access_log off; {more}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {tree}; }}
}}
"""
CACHED = "open_file_cache max=4000 inactive=60s; open_file_cache_valid 60s; keepalive_requests 100000000; "
NGINX_WAYS = {
    "nginx": "sendfile on;",
    "nginx tuned": CACHED + "sendfile on; tcp_nopush on;",
    # Small files: without sendfile, head and body leave in one write. It was the fastest of the settings tried.
    "nginx tuned, no sendfile": CACHED + "sendfile off; output_buffers 2 128k;",
}

LIGHTTPD = """
server.document-root = "{tree}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/error.log"
server.pid-file = "{folder}/pid"
mimetype.assign = ( ".txt" => "text/plain" )
"""


def nginx(name, folder, tree, port):
    user = "user root; " if os.geteuid() == 0 else ""
    config = NGINX.format(user=user, folder=folder, tree=tree, port=port, more=NGINX_WAYS[name])
    (folder / "nginx.conf").write_text(config)
    return ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]


def lighttpd(_, folder, tree, port):
    (folder / "lighttpd.conf").write_text(LIGHTTPD.format(folder=folder, tree=tree, port=port))
    return ["lighttpd", "-D", "-f", f"{folder}/lighttpd.conf"]


def caddy(_, folder, tree, port):
    return ["caddy", "file-server", "--root", str(tree), "--listen", f"127.0.0.1:{port}"]


def python(_, folder, tree, port):
    return [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tree)]


def ours(_, folder, tree, port):
    return [homeport(), "serve", str(tree), "--port", str(port), "--threads", "1", "--log", "off"]


# The name in the tables, what makes its command line, and the program it needs.
PEERS = {
    "homeport": (ours, None),
    "nginx": (nginx, "nginx"),
    "nginx tuned": (nginx, "nginx"),
    "nginx tuned, no sendfile": (nginx, "nginx"),
    "lighttpd": (lighttpd, "lighttpd"),
    "caddy": (caddy, "caddy"),
    "python http.server": (python, None),
}


class Running:
    """One server at work on its core, with a port and a folder of its own."""

    def __init__(self, name, folder, tree, wait=True):
        self.name, self.port = name, free_port()
        self.folder = Path(folder) / name.replace(" ", "-").replace(",", "")
        self.folder.mkdir(exist_ok=True)
        command = PEERS[name][0](name, self.folder, tree, self.port)
        home = str(self.folder)
        environment = dict(
            os.environ, GOMAXPROCS="1", HOME=home, XDG_DATA_HOME=home, XDG_CONFIG_HOME=home, HOMEPORT_HOME=home
        )
        self.started = time.perf_counter()
        with on(SERVER_CORE), open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if PEERS[name][0] is python else output,
                env=environment,
            )
        if wait:
            wait_for_port(self.port, self.process)

    @property
    def pid(self):
        return self.process.pid

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)

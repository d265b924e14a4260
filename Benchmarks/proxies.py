"""The reverse proxies compared: each as it comes and at its best, one core each, all on a free port of 127.0.0.1."""

import os

from bench import homeport

NGINX = """
{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 8192; {events} }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; access_log {log};
    {http}
    upstream target {{ server 127.0.0.1:{target}; {upstream} }}
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://target; {location} }} }}
}}
"""
UPGRADE = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection {};'
NGINX_WAYS = {
    "nginx": dict(events="", log="{folder}/access.log", http="", upstream="", location=""),
    "nginx tuned": dict(
        events="multi_accept on;",
        log="off",
        http='keepalive_requests 100000000; tcp_nodelay on; map $http_upgrade $reuse { default upgrade; "" ""; }',
        upstream="keepalive 128; keepalive_requests 100000000;",
        location=UPGRADE.format("$reuse") + " proxy_buffers 16 64k; proxy_buffer_size 64k; proxy_max_temp_file_size 0;",
    ),
}

HAPROXY = """
global
    nbthread 1
    maxconn 4096
    {more}
defaults
    mode http
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    {options}
listen proxy
    bind 127.0.0.1:{port}
    server target 127.0.0.1:{target}
"""
HAPROXY_WAYS = {"haproxy": ("", ""), "haproxy tuned": ("tune.bufsize 65536", "http-reuse always")}

CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    reverse_proxy 127.0.0.1:{target}
}}
"""

# Without a record, as the others have none: what that costs is Benchmarks/tap's question.
PLAN = "name: proxy\ntap: false\nservices: {{ page: {{ to: 'http://127.0.0.1:{target}', default: true }} }}\n"


def nginx(name, folder, port, target):
    way = {key: text.replace("{folder}", str(folder)) for key, text in NGINX_WAYS[name].items()}
    user = "user root; " if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(user=user, folder=folder, port=port, target=target, **way))
    return ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]


def haproxy(name, folder, port, target):
    more, options = HAPROXY_WAYS[name]
    (folder / "haproxy.cfg").write_text(HAPROXY.format(port=port, target=target, more=more, options=options))
    return ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"]


def caddy(_, folder, port, target):
    (folder / "Caddyfile").write_text(CADDY.format(port=port, target=target))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


def ours(_, folder, port, target):
    (folder / "homeport.yaml").write_text(PLAN.format(target=target))
    return [homeport(), "up", "-f", f"{folder}/homeport.yaml", "--port", str(port), "--threads", "1", "--log", "off"]


# The name in the tables, what makes its command line, and the program it needs.
PROXIES = {
    "homeport": (ours, None),
    "nginx": (nginx, "nginx"),
    "nginx tuned": (nginx, "nginx"),
    "haproxy": (haproxy, "haproxy"),
    "haproxy tuned": (haproxy, "haproxy"),
    "caddy": (caddy, "caddy"),
}

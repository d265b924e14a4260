"""What the scripts here and in ../Benchmarks stand on: the binary, Debian's packages, free ports, a work folder,
and processes that surely end. Python's standard library only.
"""

import contextlib
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent

# The command looked for, and the Debian package that brings it.
PACKAGES = {
    "ab": "apache2-utils",
    "caddy": "caddy",
    "curl": "curl",
    "chromium": "chromium",
    "git": "git",
    "go": "golang-go",
    "htpasswd": "apache2-utils",
    "lighttpd": "lighttpd",
    "mitmdump": "mitmproxy",
    "mkpasswd": "whois",
    "iptables": "iptables",
    "nft": "nftables",
    "nginx": "nginx",
    "nmap": "nmap",
    "node": "nodejs",
    "slowhttptest": "slowhttptest",
    "haproxy": "haproxy",
    "socat": "socat",
    "objcopy": "binutils",
    "ss": "iproute2",
    "taskset": "util-linux",
    "tshark": "tshark",
    "valgrind": "valgrind",
    "wget": "wget",
    "wrk": "wrk",
}

os.environ["PATH"] += ":/usr/sbin:/sbin"  # where Debian puts servers, and users' PATH does not look
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` runs


@functools.cache
def homeport():
    """The binary under test: $HOMEPORT, else this repository's, built as `Scripts/install` builds it."""
    given = os.environ.get("HOMEPORT")
    if not given:
        print("building the release", file=sys.stderr)
        build = ". Scripts/lib.sh; build_release >&2 && echo $binary"
        done = subprocess.run(["sh", "-c", build], cwd=REPO, stdout=subprocess.PIPE, text=True, check=True)
        given = REPO / done.stdout.strip()
    binary = Path(given).resolve()
    if not os.access(binary, os.X_OK):
        sys.exit(f"{binary}: no such program; set HOMEPORT to the binary to test")
    return str(binary)


def need(*commands):
    """Installs the Debian packages behind the commands that are absent; returns the commands still missing."""
    absent = [c for c in commands if not shutil.which(c)]
    if absent and shutil.which("apt-get"):
        install(sorted({PACKAGES[c] for c in absent}))
    return [c for c in absent if not shutil.which(c)]


def install(packages):
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and not shutil.which("sudo"):
        return
    print("installing " + " ".join(packages), file=sys.stderr)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    with no_services(as_root):
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(
                [*as_root, "apt-get", "-qq", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )


@contextlib.contextmanager
def no_services(as_root):
    """A freshly installed nginx or caddy would otherwise start, and stand open on port 80 of every interface."""
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        write = f"printf '#!/bin/sh\\nexit 101\\n' > {policy} && chmod 755 {policy}"
        subprocess.run([*as_root, "sh", "-c", write])
    try:
        yield
    finally:
        if ours:
            subprocess.run([*as_root, "rm", "-f", str(policy)])


def python_with(name, packages):
    """A Python with these packages from PyPI in it, kept under that name; else None, and why not."""
    home = REPO / ".build-conformance" / name
    python, ready = home / "bin" / "python", home / "ready"
    if not ready.exists() or ready.read_text() != str(packages):
        venv.create(home, with_pip=True, clear=True)
        said = subprocess.run([python, "-m", "pip", "install", "-q", *packages], capture_output=True, text=True)
        if said.returncode:
            return None, said.stderr[-600:]
        ready.write_text(str(packages))
    return str(python), ""


def socket_memory(pid):
    """Megabytes that lie in the kernel's buffers of this process's TCP sockets: received, sent, and waiting to be sent."""
    said = subprocess.run(["ss", "-Htnmp"], capture_output=True, text=True).stdout
    mine = [part for part in re.split(r"\n(?=\S)", said) if f"pid={pid}," in part]
    return sum(int(n) for part in mine for n in re.findall(r"[(,][rtw](\d+),", part)) / 1e6


def free_port():
    """A port that the kernel says is free on both loopbacks (on 127.0.0.1 alone where there is no IPv6)."""
    for _ in range(100):
        with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
            four.bind(("127.0.0.1", 0))
            port = four.getsockname()[1]
            try:
                six.bind(("::1", port))
            except OSError as error:
                if has_ipv6() and error:
                    continue
            return port
    raise RuntimeError("no port is free on both loopbacks")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


@contextlib.contextmanager
def work_folder():
    with tempfile.TemporaryDirectory(prefix="homeport-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def stop(process, grace=5):
    """Ends a process that a script here started: politely, then surely."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def until(condition, within, pause=0.002):
    """Asks again and again; the condition's value once it is true, else its last value."""
    deadline = time.monotonic() + within
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(pause)
    return value


def announced_port(process, report, within=10):
    """The port in a start-up report, read from the file that is the process's standard output."""

    def look():
        found = re.search(r"http://127\.0\.0\.1:(\d+)", report.read_text(errors="replace"))
        return int(found[1]) if found else (-1 if process.poll() is not None else None)

    port = until(look, within)
    if not port or port < 0:
        said = report.read_text(errors="replace") + report.with_suffix(".err").read_text(errors="replace")
        raise RuntimeError(f"no address in the start-up report (exit code {process.poll()}): {said.strip()!r}")
    return port

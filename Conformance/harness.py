"""What every topic shares: a tree of files, a Homeport that serves it, named checks, and a count at the end."""

import contextlib
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

# Some of these only for the topics, which import them from here.
from floor import announced_port, has_ipv6, homeport, install, need, stop, until, work_folder  # noqa: F401
from wire import Answer, Wire, chunked, request  # noqa: F401

QUICK = "--quick" in sys.argv
HOUR_AGO = int(time.time()) - 3600

SECRET = b"this lies outside the root and must never be served"

passed = failed = 0


def check(name, ok, detail=""):
    """One named check. The detail is what was seen, shown only when it failed."""
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(f"ok    {name}" if ok else f"FAIL  {name}   [{detail}]", flush=True)
    return bool(ok)


def is_status(name, answer, *statuses):
    return check(name, answer.status in statuses, answer)


def main(*sections):
    """Runs the sections; one that breaks is one failed check, and does not hide those after it."""
    for section in sections:
        print(f"\n{section.__name__.replace('_', ' ')}:")
        try:
            section()
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            check(
                f"{section.__name__} runs to its end", False, f"{error!r} at {Path(where.filename).name}:{where.lineno}"
            )
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def write(root, files, mtime=HOUR_AGO):
    """Writes files (a name ending in / is a folder), dated an hour ago."""
    for name, data in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.utime(path, (mtime, mtime))


class Server:
    """A running Homeport."""

    def __init__(self, process, port, root):
        self.process, self.port, self.root = process, port, root

    def open(self, **options):
        return Wire(self.port, **options)

    def send(self, raw, method="GET"):
        """Sends bytes on a connection of their own; the first answer."""
        with self.open() as wire:
            return wire.send(raw if isinstance(raw, bytes) else raw.encode("latin-1")).answer(method)

    def refuses(self, name, raw, *statuses):
        """Refused with one of the statuses, and the connection ended: what follows on it cannot be trusted."""
        with self.open() as wire:
            answer = wire.send(raw if isinstance(raw, bytes) else raw.encode("latin-1")).answer()
            closed = wire.closed()
        ok = answer.status in statuses and answer.complete and closed
        return check(name, ok, f"{answer}, {'closed' if closed else 'then left open, or more came'}")

    def get(self, target, headers=(), method="GET", **options):
        with self.open() as wire:
            return wire.send(request(target, headers, method, **options)).answer(method)

    def settled(self, target):
        """The file's ETag once it is strong: a file may be young by its change time, which nobody can set back."""
        until(lambda: not self.get(target).get("etag").startswith("W/"), within=5, pause=0.05)
        return self.get(target).get("etag")

    def well(self, name):
        """The server outlived what was done to it."""
        answer = self.get("/")
        return check(name, self.process.poll() is None and answer.status in (200, 404), answer)

    def memory(self, field="VmRSS"):
        """Kilobytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        return 0

    def cpu(self):
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serve(files=None, *flags, root=None, before=None, threads=2):
    """Homeport serving a fresh tree of `files` (or the folder `root`), on a port of its own choice.

    The tree lies one level down: what is beside it must never be served. `before` runs in the child before exec.
    """
    with work_folder() as folder:
        tree = Path(root) if root else folder / "root"
        if not root:
            tree.mkdir()
            write(tree, files or {})
            write(folder, {"secret.txt": SECRET})
        command = [homeport(), "serve", str(tree), "--port", "0", "--threads", str(threads), "--log", "off", *flags]
        report = folder / "report.out"
        environment = dict(os.environ, HOMEPORT_HOME=str(folder / "home"))
        with open(report, "wb") as out, open(report.with_suffix(".err"), "wb") as err:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=before, env=environment
            )
        try:
            yield Server(process, announced_port(process, report), tree)
        finally:
            stop(process)

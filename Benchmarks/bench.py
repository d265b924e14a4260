"""What every benchmark here stands on: pinned processes, what they used, alternating rounds, ratios and tables.

Homeport and its peers do the same work in turn, round after round, and each round gives one ratio: what disturbs the
machine for a while then disturbs both sides of it. The median of the ratios is the result, their range the doubt.
"""

import math
import argparse
import contextlib
import datetime
import json
import os
import platform
import statistics
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Conformance"))

from floor import (
    free_port,
    homeport,
    need,
    socket_memory,
    stop,
    until,
    work_folder,
)  # noqa: E402, F401 (benchmarks import them from here)

HERE = Path(__file__).resolve().parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[1 % len(CORES)]
TICK = os.sysconf("SC_CLK_TCK")


def words(description, works):
    """The command line of a benchmark of several works."""
    parser = argparse.ArgumentParser(description=f"{description}; prints Markdown.")
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 7, and shorter ones")
    parser.add_argument("--only", metavar="WORK,…", help="some of: " + ", ".join(works))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--json", metavar="FILE", help="write every single measurement")
    parser.add_argument("--allow-missing", action="store_true", help="go on without peers that cannot be installed")
    given = parser.parse_args()
    given.only = given.only.split(",") if given.only else list(works)
    if wrong := [w for w in given.only if w not in works]:
        parser.error(f"{wrong[0]} is none of the works: {', '.join(works)}")
    given.rounds = given.rounds or (3 if given.quick else 7)
    return given


def write_measurements(given, versions, measured, goals):
    if given.json:
        with open(given.json, "w") as file:
            json.dump({"versions": versions, "works": measured, "goals": goals.rows}, file, indent=1)


@contextlib.contextmanager
def on(core):
    """What is started inside runs on that core, and so do its children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid):
    """The process and all that descend from it."""
    members = [pid]
    for member in members:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{member}/task"):
                members += map(int, Path(f"/proc/{member}/task/{thread}/children").read_text().split())
    return members


def cpu_seconds(pid):
    """User and system time that the process and its descendants have used, those that have ended included."""
    ticks = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICK


def memory(pid, field="VmRSS"):
    """Megabytes, summed over the process and its descendants (pages they share are counted for each)."""
    kilobytes = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{member}/status").read_text().splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith(field + ":"))
    return kilobytes / 1024


def alternating(names, rounds):
    """Each name once in each round, another first each time."""
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            yield number, name


def ratios(ours, theirs, more_is_better):
    """Round by round; above 1 always means that Homeport did better."""
    return [(a / b if more_is_better else b / a) for a, b in zip(ours, theirs)]


def compared(results, more_is_better=False):
    """Homeport's results beside each peer's."""
    return {
        name: ratios(results["homeport"], values, more_is_better)
        for name, values in results.items()
        if name != "homeport"
    }


def inverse(values):
    """Homeport's cost as a multiple of the peer's."""
    return [1 / v if v else math.inf for v in values]


def spread(values, form="{:.2f}"):
    """`median (min–max)`."""
    if not values:
        return "–"
    low, middle, high = (form.format(f(values)) for f in (min, statistics.median, max))
    return f"{middle} ({low}–{high})" if len(values) > 1 else middle


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def first_line(*command):
    """How a program introduces itself."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        return ((done.stdout or done.stderr).strip().splitlines() or ["?"])[0].strip()
    except (OSError, subprocess.SubprocessError):
        return "absent"


def machine():
    info = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")),
        platform.machine(),
    )
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GiB; Linux {platform.release()}; {system}"


def preamble(title, versions):
    """Date, command, machine and versions: without them a number is hearsay."""
    load = os.getloadavg()[0]
    where = f"server on core {SERVER_CORE}, client on core {CLIENT_CORE}"
    if SERVER_CORE == CLIENT_CORE:
        where += " (only one core: the client takes its time from the server)"
    command = " ".join(["Benchmarks/" + Path(sys.argv[0]).name, *sys.argv[1:]])
    print(f"# {title}\n")
    print(f"{datetime.date.today()}, `{command}`, load before it {load:.2f}{' (not quiet)' if load > 0.5 else ''}  ")
    print(f"{machine()}; {where}  ")
    print("; ".join(versions) + "\n", flush=True)


class Goals:
    """What was hoped for, beside what came."""

    def __init__(self):
        self.rows = []

    def add(self, words, values, good, form="{:.2f}"):
        if values:
            self.rows.append((words, spread(values, form), "met" if good(statistics.median(values)) else "**missed**"))

    def show(self):
        if self.rows:
            print("## Goals\n")
            print(table(["goal", "median (min–max)", "is"], self.rows))


def wait_for_port(port, process, within=10):
    """Until the server takes connections."""

    def connects():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with exit code {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True

    if not until(connects, within):
        raise RuntimeError(f"{process.args[0]} takes no connections on port {port}")


def timed(command, core):
    """Seconds for a command that must succeed, its output thrown away."""
    with on(core):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
        return time.perf_counter() - started

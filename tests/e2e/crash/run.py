#!/usr/bin/env python3
"""run.py N [SEED]: N crash points, each under load; ends with "N points, L lost, D sent twice, O out of order".

They are shared out to a few worlds, each with a gateway, a simulated WhatsApp and applications of its own: most of a point is waiting.

Every second point is a kill -9 at a random instant, the others end the process at a named place in its code. After each the gateway is
started on the same data directory and everything it promised is checked. Exit status 0 only when all of it holds.
"""
import collections
import concurrent.futures
import multiprocessing
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from crash.checks import Findings, check  # noqa: E402
from crash.load import Load  # noqa: E402
from crash.world import FAULT_STATUS, World  # noqa: E402

PLACES = ("before-accept-commit", "after-accept-commit", "before-outcome-commit", "after-outcome-commit", "after-upstream-write",
          "before-inbound-commit", "after-inbound-commit", "before-webhook-commit", "after-webhook-commit", "before-due-commit", "after-due-commit")


PASSES = {"before-due-commit": 8, "after-due-commit": 8}  # how often a place is passed in a second, where that is not often
WORLDS = 4


class Tally:
    def __init__(self):
        self.start_seconds = 0.0
        self.points = self.sends = self.answered = self.accepted = self.inbound = self.ordered = 0
        self.kinds = collections.Counter()
        self.statuses = collections.Counter()
        self.findings = Findings()

    def count(self, kind, load):
        self.points += 1
        self.kinds[kind] += 1
        for sender in load.senders:
            self.sends += len(sender.attempted)
            self.answered += len(sender.answered)
            self.statuses.update(sender.statuses)
        self.accepted += sum(len(planner.accepted) for planner in load.planners)
        self.inbound += sum(len(writer.written) for writer in load.writers)
        self.ordered += sum(len(writer.ordered) for writer in load.writers)

    def add(self, more):
        for name in ("points", "sends", "answered", "accepted", "inbound", "ordered"):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.start_seconds = max(self.start_seconds, more.start_seconds)
        self.kinds.update(more.kinds)
        self.statuses.update(more.statuses)
        self.findings.add(more.findings)

    def last_line(self):
        found = self.findings
        return f"{self.points} points, {len(found.lost)} lost, {len(found.twice)} sent twice, {len(found.disordered)} out of order"


def crash(world, load, place, rng):
    """Runs the load until the gateway is dead. Gives how it died."""
    load.start()
    begin = time.monotonic()
    if place:
        while world.running() and time.monotonic() - begin < 10:
            time.sleep(0.005)
    else:
        time.sleep(rng.uniform(0.02, 0.5))
    kind = place if place and not world.running() else "kill -9"
    if world.running():
        world.process.child.send_signal(signal.SIGKILL)
    status = world.process.child.wait()
    load.stop()
    assert status in (-signal.SIGKILL, FAULT_STATUS), f"the gateway ended by itself with {status}: {world.process.output()}"
    world.process.close()
    return kind


def say(line):
    print(line, flush=True)


def run_one_world(points, seed):
    rng = random.Random(seed)
    tally = Tally()
    world = World(seed)
    try:
        cursor = world.admin("/events", tenant_id=world.tenant, limit=1)["last"]
        for number in range(points):
            place = rng.choice(PLACES) if number % 2 else None
            world.storm(False)
            load = Load(world, f"point {number}")
            world.settle()
            if place:  # the place is passed by what opens the conversations, too: it is armed only now
                world.process.kill()
                world.start(fault=f"{place}:{rng.randint(1, PASSES.get(place, 60))}")
            world.storm(True)
            kind = crash(world, load, place, rng)
            world.start()
            world.storm(False)
            world.settle()
            found, cursor = check(world, load, cursor)
            tally.count(kind, load)
            tally.findings.add(found)
            for line in found.lines():
                say(f"seed {seed}, point {number} ({kind}): {line}")
        tally.start_seconds = max(world.starts)
    finally:
        world.close()
    return tally


def run(points, seed, report=lambda line: None):
    """Gives the tally of all worlds. What is wrong is also printed at once."""
    tally = Tally()
    shares = [points // WORLDS + (n < points % WORLDS) for n in range(WORLDS)]
    with concurrent.futures.ProcessPoolExecutor(WORLDS, multiprocessing.get_context("spawn")) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run_one_world, share, seed * 100 + n) for n, share in enumerate(shares) if share]):
            tally.add(done.result())
            report(f"so far: {tally.last_line()}")
    return tally


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends its processes, too
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begin = time.monotonic()
    tally = run(points, seed, say)
    print(f"seed {seed}, {time.monotonic() - begin:.0f} s, slowest start {tally.start_seconds:.2f} s; ended by: "
          + ", ".join(f"{kind} {count}" for kind, count in sorted(tally.kinds.items())))
    print(f"{tally.sends} sends, {tally.answered} answered with 2xx, by status {dict(sorted(tally.statuses.items()))}; {tally.accepted} accepted for now or later; "
          f"{tally.inbound} inbound messages, {tally.ordered} with a known order; "
          f"{tally.findings.told} events told to a webhook, {tally.findings.repeats} of them twice")
    print(tally.last_line())
    return 0 if tally.findings.clean() and tally.points == points else 1


if __name__ == "__main__":
    sys.exit(main())

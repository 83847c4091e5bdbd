"""What linked numbers cost: the gateway and its sidecars on tests/fakewa, which shares the machine and does WhatsApp's and every phone's work."""
import concurrent.futures, pathlib, statistics, sys, time, types

from rig import BINARY, ROOT, cpu_seconds, row, status_mib

sys.path.insert(0, str(ROOT / "tests/e2e/linked"))


class Cost:
    """CPU and memory of the gateway and of its sidecars together, between two moments."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.begin, self.before = time.perf_counter(), self.cpu()

    def cpu(self):
        return cpu_seconds(self.gateway.process.pid), sum(cpu_seconds(pid) for pid in self.gateway.sidecars())

    def spent(self):
        """Seconds on the clock, of the gateway's CPU, and of the sidecars'."""
        after = self.cpu()
        return time.perf_counter() - self.begin, after[0] - self.before[0], after[1] - self.before[1]

    def memory(self):
        return status_mib(self.gateway.process.pid, "VmRSS"), sum(status_mib(pid, "VmRSS") for pid in self.gateway.sidecars())


def bench_linking(world, count):
    from linked_world import Number
    times, numbers, idle = [], [], Cost(world.gateway).memory()
    for _ in range(count):
        begin = time.perf_counter()
        numbers.append(Number(world, presenceTyping=False))
        times.append(time.perf_counter() - begin)
    row("linking a number by QR code", f"{statistics.median(times) * 1000:.0f} ms (median of {count})", "created, code shown, scanned, working")
    time.sleep(15)  # what linking left to do
    cost = Cost(world.gateway)
    time.sleep(20)
    seconds, gateway, sidecars = cost.spent()
    memory = cost.memory()
    processes = len(world.gateway.sidecars())
    row(f"{count} idle linked numbers", f"{memory[1] / count:.1f} MiB each in {processes} sidecar processes ({memory[1]:.0f} MiB)",
        f"{(memory[0] - idle[0]) / count * 1024:.0f} KiB each in the gateway ({memory[0]:.0f} MiB)",
        f"{sidecars / seconds * 100:.2f} % and {gateway / seconds * 100:.2f} % of a core")
    return numbers


def bench_received(world, numbers, people, each):
    def stored():
        return world.gateway.metric('wherry_inbox_events_total{kind="message"}')
    before, cost, total = stored(), Cost(world.gateway), len(people) * each
    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        for number, person in zip(numbers, people):
            pool.submit(world.wa.post, "/phone/burst", **{"from": person.pn, "to": number.pn, "count": each})
        while stored() - before < total:
            time.sleep(0.02)
    seconds, gateway, sidecars = cost.spent()
    row(f"received by {len(people)} linked number{'s' * (len(people) > 1)}", f"{total / seconds:,.0f}/s on disk",
        f"{gateway / total * 1000:.2f} ms of the gateway's CPU each", f"{sidecars / total * 1000:.2f} ms of the sidecars'")


def bench_sent(world, numbers, people, each):
    latencies = []

    def write(number, person):
        for n in range(each):
            begin = time.perf_counter()
            answer = number.text(person, f"text {n}")
            assert answer.status == 200, answer
            latencies.append(time.perf_counter() - begin)
    for number, person in zip(numbers, people):
        number.text(person, "the first one exchanges keys")
    cost, total = Cost(world.gateway), len(people) * each
    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        for done in [pool.submit(write, number, person) for number, person in zip(numbers, people)]:
            done.result()
    seconds, gateway, sidecars = cost.spent()
    latencies.sort()
    row(f"sent by {len(people)} linked number{'s' * (len(people) > 1)}", f"{total / seconds:,.0f}/s acknowledged",
        f"p50 {latencies[total // 2] * 1000:.0f} ms p99 {latencies[total * 99 // 100] * 1000:.0f} ms",
        f"{gateway / total * 1000:.2f} ms of the gateway's CPU each, {sidecars / total * 1000:.2f} ms of the sidecars'")


def bench_restart(world, numbers):
    stop = time.perf_counter()
    world.gateway.process.stop()
    stopped = time.perf_counter() - stop
    world.gateway.process.close()
    begin = time.perf_counter()
    world.gateway.start()
    ready = time.perf_counter() - begin
    while world.gateway.metric('wherry_sessions{status="working"}') < len(numbers):
        assert time.perf_counter() - begin < 300, "they did not come back"
        time.sleep(0.05)
    row(f"restart with {len(numbers)} linked numbers", f"{stopped:.2f} s to stop, {ready:.2f} s to serve", f"{time.perf_counter() - begin:.1f} s until all work")


def bench_linked(processes, args, directory):
    from linked_world import Endpoint, LinkedGateway, Person, WhatsApp
    import support
    if not (ROOT / "linked/node_modules").is_dir() or not (ROOT / "tests/fakewa/node_modules").is_dir():
        row("linked numbers", "not installed: ./dev setup linked")
        return
    support.BINARY = str(BINARY)
    pathlib.Path(directory).mkdir(exist_ok=True)
    world = types.SimpleNamespace(wa=WhatsApp(), endpoint=Endpoint())
    try:
        world.gateway = LinkedGateway(directory, world.wa, world.endpoint, "--log-level", "warn")
        numbers = bench_linking(world, args.linked)
        people = [Person(world.wa) for _ in range(8)]
        for share in (1, 8):
            bench_received(world, numbers, people[:share], 400 // share)
            bench_sent(world, numbers, people[:share], 400 // share)
        bench_restart(world, numbers)
    finally:
        if hasattr(world, "gateway"):
            world.gateway.process.kill()
        world.endpoint.close()
        world.wa.close()

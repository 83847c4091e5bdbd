"""Rows about telling applications: events in, webhooks and WebSocket frames out, with consumers that are slow, dead or away."""
import json, os, socket, subprocess, time

from rig import BUILD, Gateway, call, cpu_seconds, reset_peak, row, status_mib, wait_for


class WebhookSink:
    """An application's endpoint, in a process of its own; checks the order of each conversation."""

    def __init__(self, processes, port):
        self.processes, self.port = processes, port
        self.process = processes.start(BUILD / "bench" / "webhook_sink", port)
        wait_for(port)

    def seen(self):
        return json.loads(call(self.port, "GET", "/")[1])

    def reset(self):
        call(self.port, "GET", "/reset")

    def wait_for(self, count, seconds):
        """Seconds until so many events are there."""
        begin = time.perf_counter()
        while self.seen()["received"] < count and time.perf_counter() - begin < seconds:
            time.sleep(0.01)
        return time.perf_counter() - begin

    def stop(self):
        self.processes.stop(self.process)


class SocketClients:
    """Many WebSockets of one application, in a process of their own; checks the order of each conversation at each socket."""

    def __init__(self, processes, gateway, count):
        self.processes = processes
        self.process = processes.start(BUILD / "bench" / "ws_clients", gateway.port, gateway.key, count, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
        begin = time.perf_counter()
        self.opened = json.loads(self.process.stdout.readline())
        self.opening = time.perf_counter() - begin

    def report(self):
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait_for(self, frames, seconds):
        begin = time.perf_counter()
        while True:
            report = self.report()
            if report["frames"] >= frames or time.perf_counter() - begin > seconds:
                return report
            time.sleep(0.02)

    def stop(self):
        self.process.stdin.close()
        self.processes.stop(self.process)


def bench_webhooks(processes, gateway, args):
    """Customers' messages from the signed POST to the tenant's endpoint."""
    sink = WebhookSink(processes, gateway.hook_ports[0])
    subscription = gateway.subscribe(sink.port)
    count = 10000 * max(1, args.seconds // 2)
    cpu, begin = cpu_seconds(gateway.pid()), time.perf_counter()
    for part in range(count // args.conversations or 1):
        gateway.receive(min(count, args.conversations), f"hook{part}-")
    sink.wait_for(count, 120)
    took, used, result = time.perf_counter() - begin, cpu_seconds(gateway.pid()) - cpu, sink.seen()
    row("webhooks, in and out", f"{result['received'] / took:,.0f}/s", f"{used / count * 1e6:.1f} us CPU each", "each try on disk",
        f"{result['out_of_order']} out of order, {result['repeated']} repeated")
    paced = gateway.paced(1000, args.seconds)
    row("send at 1,000/s, webhooks on", f"p50 {paced['p50_ms']:.2f} ms", f"p90 {paced['p90_ms']:.2f} ms", f"p99 {paced['p99_ms']:.2f} ms",
        f"{paced['failed']} of {paced['sent']} failed")
    sink.stop()
    gateway.enable(subscription, False)


def bench_inbound(processes, args, directory):
    """Events acknowledged after disk. The CPU is all the gateway uses for them, with what it does after the answer."""
    gateway = Gateway(processes, os.path.join(directory, "data"), args.conversations)
    gateway.settle()
    for name, senders, per_post, total in (("one", 256, 1, 20000 * args.seconds), ("many", 8, 500, 40000 * args.seconds)):
        gateway.load("warm" + name, senders, per_post, total // 10, args.conversations)
        gateway.settle()
        cpu = cpu_seconds(gateway.pid())
        result = gateway.load(name, senders, per_post, total, args.conversations)
        acked = cpu_seconds(gateway.pid()) - cpu
        gateway.settle()
        cpu = cpu_seconds(gateway.pid()) - cpu
        row(f"inbound, {per_post} a POST, {senders} senders", f"{result['rate']:,.0f}/s", f"{acked / total * 1e6:.1f} us CPU each until acked",
            f"{cpu / total * 1e6:.1f} us in all: {total / cpu:,.0f}/s per core", f"POST p99 {result['p99_ms']:.1f} ms")
    gateway.stop()


def bench_fan_out(processes, args, directory):
    for count in (100, 1000):
        gateway = Gateway(processes, os.path.join(directory, f"data{count}"), 0)
        clients = SocketClients(processes, gateway, count)
        time.sleep(1.5)
        gateway.settle()
        messages = 400_000 * args.seconds // count
        cpu, begin = cpu_seconds(gateway.pid()), time.perf_counter()
        gateway.load("fan", 4, 50, messages, 100)
        report = clients.wait_for(messages * count, 120)
        took, used = time.perf_counter() - begin, cpu_seconds(gateway.pid()) - cpu
        missing = messages * count - report["frames"]
        row(f"fan-out to {count:,} sockets", f"{report['frames'] / took:,.0f} frames/s", f"{used / report['frames'] * 1e6:.2f} us CPU each",
            f"{messages / took:,.0f} messages/s", f"{missing} missing, {report['out_of_order']} out of order, {report['closed']} cut off")
        clients.stop()
        gateway.stop()


def bench_idle_sockets(processes, args, directory):
    count = 10_000
    gateway = Gateway(processes, os.path.join(directory, "data"), 0)
    idle = gateway.rss()
    cpu = cpu_seconds(gateway.pid())
    clients = SocketClients(processes, gateway, count)
    gateway.settle()
    opening = cpu_seconds(gateway.pid()) - cpu
    cpu = cpu_seconds(gateway.pid())
    time.sleep(35)  # pings once
    used = cpu_seconds(gateway.pid()) - cpu
    report = clients.report()
    row(f"{report['open']:,} idle sockets", f"{gateway.rss():.0f} MiB resident", f"{(gateway.rss() - idle) * 1024 / count:.1f} KiB each",
        f"opened in {clients.opening:.1f} s, {opening / count * 1e6:.0f} us CPU each", f"{used / 35 * 100:.1f} % CPU", f"{report['closed']} lost")
    clients.stop()
    gateway.stop()


def bench_dead_consumer(processes, args, directory):
    """What a healthy endpoint notices of another one that takes calls and never answers."""
    gateway = Gateway(processes, os.path.join(directory, "data"), 1000)
    with socket.socket() as dead:  # connects, and says nothing
        dead.bind(("127.0.0.1", gateway.hook_ports[1]))
        dead.listen(1024)
        sink = WebhookSink(processes, gateway.hook_ports[0])
        gateway.subscribe(sink.port)
        other = gateway.subscribe(gateway.hook_ports[1])
        gateway.enable(other, False)
        gateway.load("warm", 1, 1, 2000, 1000, 500)
        alone, beside = [], []
        for part in range(8):
            gateway.enable(other, part % 2 == 1)
            time.sleep(1)
            sink.reset()
            count = 500 * 2 * args.seconds
            gateway.load(f"dead{part}-", 1, 1, count, 1000, 500)
            sink.wait_for(count, 30)
            seen = sink.seen()
            if seen["received"] != count or seen["out_of_order"]:
                raise SystemExit(f"dead consumer: {seen}")
            (beside if part % 2 else alone).append(seen["p99_ms"])
        row("healthy endpoint alone", "p99 " + " ".join(f"{p:.2f}" for p in alone) + " ms", "500 events/s, from POST to endpoint")
        row("... beside a dead one", "p99 " + " ".join(f"{p:.2f}" for p in beside) + " ms", f"ratio of medians {median(beside) / median(alone):.2f}")
        sink.stop()
    gateway.stop()


def median(values):
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def bench_outage(processes, args, directory):
    """100,000 events while the endpoint is down; then it comes back."""
    gateway = Gateway(processes, os.path.join(directory, "data"), args.conversations)
    gateway.settle()
    gateway.subscribe(gateway.hook_ports[0])
    memory, disk = gateway.rss(), gateway.database_mib()
    reset_peak(gateway.pid())
    count = 100_000
    gateway.load("outage", 8, 100, count, args.conversations)
    time.sleep(20)
    row("100,000 events, endpoint down", f"{gateway.rss() - memory:+.1f} MiB resident (peak {status_mib(gateway.pid(), 'VmHWM') - memory:+.1f})",
        f"database {gateway.database_mib() - disk:+.0f} MiB")
    disk = gateway.database_mib()
    sink = WebhookSink(processes, gateway.hook_ports[0])
    begin = time.perf_counter()
    first = sink.wait_for(1, 600)
    sink.wait_for(count // 2, 600)
    half = time.perf_counter() - begin
    sink.wait_for(count * 99 // 100, 600)
    most = time.perf_counter() - begin
    sink.wait_for(count, 900)
    took, seen = time.perf_counter() - begin, sink.seen()
    row("... and it comes back", f"first call after {first:.1f} s, 99 % after {most:.1f} s, all after {took:.1f} s",
        f"{count * 0.5 / max(0.001, half - first):,.0f}/s in the first half", f"peak {status_mib(gateway.pid(), 'VmHWM') - memory:+.1f} MiB",
        f"database {gateway.database_mib() - disk:+.0f} MiB", f"{seen['received']} received, {seen['out_of_order']} out of order, {seen['repeated']} repeated")
    sink.stop()
    gateway.stop()

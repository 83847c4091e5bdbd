"""Rows about neighbours and about time: a noisy tenant, numbers that come and go, and hours of mixed load."""
import os, subprocess, time

from delivery import WebhookSink, median
from rig import Gateway, call, row


def bench_noisy_tenant(processes, args, directory):
    """What a tenant with 100 sends a second notices of another one that sends as fast as it can, with a key limited to 1,000 a minute and without a limit."""
    gateway = Gateway(processes, os.path.join(directory, "data"), 1000)
    limited = gateway.new_tenant("limited", "106540352242923", 200, rate_limit=1000)
    unlimited = gateway.new_tenant("unlimited", "106540352242924", 2000)
    found = {"alone": [], "limited": [], "unlimited": []}
    for _ in range(3):
        for name, noisy in (("alone", None), ("limited", limited), ("unlimited", unlimited)):
            load = noisy and subprocess.Popen(["wrk", "-t1", "-c16", f"-d{args.seconds + 2}s", "-s", str(noisy.script),
                                               f"http://127.0.0.1:{gateway.port}/v1/messages/send"], stdout=subprocess.DEVNULL)
            time.sleep(1)
            paced = gateway.paced(100, args.seconds)
            if paced["failed"]:
                raise SystemExit(f"noisy tenant: {paced}")
            found[name].append(paced)
            if load:
                load.wait()
    quiet = median([paced["p99_ms"] for paced in found["alone"]])
    for name, runs in found.items():
        p50, p99 = (median([paced[key] for paced in runs]) for key in ("p50_ms", "p99_ms"))
        row({"alone": "100 sends/s, nobody else"}.get(name, f"... beside a tenant without rest, {name}"), f"p50 {p50:.2f} ms", f"p99 {p99:.2f} ms",
            f"{p99 / quiet:.2f} times")
    gateway.stop()


def bench_numbers(processes, args, directory):
    """10,000 numbers made and removed, twice: the second round must find the memory of the first."""
    gateway = Gateway(processes, os.path.join(directory, "data"), 100)
    cells = [f"before {gateway.rss():.1f}"]
    for _ in range(2):
        begin = time.perf_counter()
        ids = [gateway.add_channel(gateway.tenant, f"2065{n:011d}") for n in range(10_000)]
        made = time.perf_counter() - begin
        cells.append(f"with 10,000 {gateway.rss():.1f} (made in {made:.0f} s)")
        for id in ids:
            status, answer = call(gateway.port, "DELETE", "/admin/v1/channels/" + id, headers={"Authorization": "Bearer " + gateway.admin})
            if status >= 300:
                raise SystemExit(f"DELETE channel: {status} {answer.decode()}")
        gateway.settle()
        cells.append(f"after {gateway.rss():.1f}")
    row("10,000 numbers made and removed", *cells, "MiB resident")
    gateway.stop()


def bench_soak(processes, args, directory):
    """Mixed load for --soak minutes: sends at 500/s, customers' messages at 500/s to a webhook. Memory is looked at every few seconds."""
    gateway = Gateway(processes, os.path.join(directory, "data"), 1000)
    sink = WebhookSink(processes, gateway.hook_ports[0])
    gateway.subscribe(sink.port)
    samples, part, seconds = [], 0, 10
    end = time.monotonic() + args.soak * 60
    while time.monotonic() < end:
        inbound = processes.start(*gateway.load_command(f"soak{part}-", 4, 1, 500 * seconds, 1000, 500), stdout=subprocess.DEVNULL)
        paced = gateway.paced(500, seconds)
        inbound.wait()
        processes.running.remove(inbound)
        if paced["failed"]:
            raise SystemExit(f"soak: {paced}")
        part += 1
        descriptors = len(os.listdir(f"/proc/{gateway.pid()}/fd"))
        samples.append((time.monotonic(), gateway.rss(), descriptors))
    sink.wait_for(500 * seconds * part, 60)
    seen = sink.seen()
    warm = samples[len(samples) // 3:]
    row(f"{args.soak} minutes of mixed load", f"{part * seconds * 500:,} sends, {seen['received']:,} events told, {seen['out_of_order']} out of order",
        f"RSS {warm[0][1]:.1f} to {warm[-1][1]:.1f} MiB: {slope_per_hour(warm):+.1f} MiB/h after the first third", f"{warm[0][2]} to {warm[-1][2]} descriptors",
        f"database {gateway.database_mib():,.0f} MiB")
    gateway.stop()


def slope_per_hour(samples):
    """Of the line of least squares through (time, memory)."""
    times, sizes = [s[0] for s in samples], [s[1] for s in samples]
    middle, mean = sum(times) / len(times), sum(sizes) / len(sizes)
    spread = sum((t - middle) ** 2 for t in times)
    return 3600 * sum((t - middle) * (m - mean) for t, m in zip(times, sizes)) / spread if spread else 0.0

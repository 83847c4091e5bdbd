#!/usr/bin/env python3
"""Measures Wherry on this machine in one run and prints a table. Called by `./dev bench`.

Everything runs on loopback: the shipped binary, the simulator in sink mode, a bare Beast server and nginx as yardsticks.
Compare the rows of one run with each other, not with another machine's. See README.md for how each figure is taken.
"""
import argparse, json, os, pathlib, shutil, subprocess, tempfile, time

import delivery
import endurance
import linked
import queued_start
from rig import BINARY, BUILD, Gateway, Processes, call, cpu_seconds, free_port, measure_load, row, status_mib, wait_for, PLAIN_SCRIPT


def bench_yardsticks(processes, args, directory):
    script = pathlib.Path(directory) / "plain.lua"
    script.write_text(PLAIN_SCRIPT)
    port = free_port()
    echo = processes.start(BUILD / "bench" / "beast_echo", port)
    wait_for(port)
    measure_load("bare Beast echo", echo.pid, port, "/", args, script)
    processes.stop(echo)
    if not shutil.which("nginx"):
        row("nginx static body", "not installed")
        return
    port = free_port()
    conf = pathlib.Path(directory) / "nginx.conf"
    conf.write_text(f"worker_processes 1; daemon off; master_process off; pid {directory}/nginx.pid; error_log stderr crit;\n"
                    "events { worker_connections 2048; }\nhttp { access_log off; keepalive_requests 100000000;\n"
                    f"server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{{\"success\":true}}'; }} }} }}\n")
    nginx = processes.start("nginx", "-p", directory, "-c", conf, stderr=subprocess.DEVNULL)
    wait_for(port)
    measure_load("nginx, static body", nginx.pid, port, "/", args, script)
    processes.stop(nginx)


def bench_start(processes, args, directory):
    times = []
    for _ in range(5):
        port = free_port()
        begin = time.perf_counter()
        process = processes.start(BINARY, "serve", "--data-dir", directory, "--port", port, "--log-level", "warn", stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        wait_for(port, "/readyz")
        times.append(time.perf_counter() - begin)
        time.sleep(0.3)
        memory = status_mib(process.pid, "VmRSS")
        processes.stop(process)
    row("start until /readyz says 200", f"{sorted(times)[2] * 1000:.0f} ms (median of 5)")
    row("idle resident memory", f"{memory:.1f} MiB")


def bench_sends(processes, args, directory):
    gateway = Gateway(processes, os.path.join(directory, "data"), args.conversations)
    row("inbound messages, one sender", f"{gateway.inbound_rate:,.0f}/s", "on disk before each 200, 500 a POST, customers unknown before")
    measure_load("send, whole path", gateway.process.pid, gateway.port, "/v1/messages/send", args, gateway.script)
    measure_load("send, whole path", gateway.process.pid, gateway.port, "/v1/messages/send", args, gateway.script, 256)
    paced = gateway.paced(1000, args.seconds)
    row("send at 1,000/s", f"p50 {paced['p50_ms']:.2f} ms", f"p90 {paced['p90_ms']:.2f} ms", f"p99 {paced['p99_ms']:.2f} ms",
        f"{paced['failed']} of {paced['sent']} failed")
    delivery.bench_webhooks(processes, gateway, args)
    rate, peak = gateway.upload(100)
    row("media upload, 100 MiB document", f"{rate:,.0f} MiB/s", f"peak {peak:.1f} MiB over idle")
    gateway.stop()


GROUPS = {
    "yardsticks": bench_yardsticks, "sends": bench_sends, "inbound": delivery.bench_inbound, "fan-out": delivery.bench_fan_out,
    "idle-sockets": delivery.bench_idle_sockets, "dead-consumer": delivery.bench_dead_consumer, "outage": delivery.bench_outage,
    "start": bench_start, "queued-start": queued_start.bench_queued_start, "noisy-tenant": endurance.bench_noisy_tenant, "numbers": endurance.bench_numbers,
    "linked": linked.bench_linked, "soak": endurance.bench_soak,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--conversations", type=int, default=10000)
    parser.add_argument("--queued", type=int, default=1_000_000, help="messages in line at the start of queued-start")
    parser.add_argument("--linked", type=int, default=100, help="linked numbers")
    parser.add_argument("--soak", type=int, default=3, help="minutes of soak")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="some of the rows")
    args = parser.parse_args()
    for tool in ("wrk",):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing; ./dev setup bench installs it")
    processes = Processes()
    directory = tempfile.mkdtemp(prefix="wherry-bench-")
    try:
        print(f"{os.cpu_count()} cores, loopback; load generator, upstream and gateway share them\n")
        for name in args.only:
            place = os.path.join(directory, name)
            os.mkdir(place)
            GROUPS[name](processes, args, place)
            processes.stop_all()
            shutil.rmtree(place, ignore_errors=True)
    finally:
        processes.stop_all()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()

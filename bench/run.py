#!/usr/bin/env python3
"""Measures Wherry on this machine in one run and prints a table. Called by `./dev bench`.

Everything runs on loopback: the shipped binary, the simulator in sink mode, a bare Beast server and nginx as yardsticks.
Compare the rows of one run with each other, not with another machine's. See README.md for how each figure is taken.
"""
import argparse, hashlib, hmac, http.client, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
BINARY = BUILD / "wherry"
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def status_mib(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def reset_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


class Processes:
    def __init__(self):
        self.running = []

    def start(self, *command, **options):
        process = subprocess.Popen([str(c) for c in command], **options)
        self.running.append(process)
        return process

    def stop(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self.running:
            self.running.remove(process)

    def stop_all(self):
        for process in reversed(self.running[:]):
            self.stop(process)


def wait_for(port, path="/", timeout=10.0):
    """Seconds until the port answers an HTTP request."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < timeout:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return time.perf_counter() - begin
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"nothing answered on port {port}")


def call(port, method, path, body=None, headers=None, timeout=60):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return response.status, response.read()


def wrk(port, path, seconds, connections, script=None):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}{path}"]
    if script:
        command[5:5] = ["-s", str(script)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    errors = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", output))
    errors += sum(int(n) for line in re.findall(r"Socket errors:.*", output) for n in re.findall(r"\d+", line))
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99.group(2)]
    return {"rate": rate, "requests": requests, "errors": errors, "p99_ms": float(p99.group(1)) * scale}


POST_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %(key)s"
local ids = {}
for line in io.lines("%(file)s") do ids[#ids + 1] = line end
local at = 0
request = function()
  at = at %% #ids + 1
  return wrk.format(nil, nil, nil, '{"conversationId":"' .. ids[at] .. '","text":"Your table is booked for 19:30. Reply STOP to cancel."}')
end
"""
PLAIN_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"conversationId":"conv_06gywnjy00azhyv44medqqdce8","text":"Your table is booked for 19:30. Reply STOP to cancel."}'
"""


def measure_load(name, pid, port, path, args, script, connections=64):
    wrk(port, path, 1, connections, script)
    before = cpu_seconds(pid)
    result = wrk(port, path, args.seconds, connections, script)
    used = cpu_seconds(pid) - before
    result["cpu_us"] = used / max(1, result["requests"]) * 1e6
    row(name, f"{result['rate']:,.0f}/s", f"{result['cpu_us']:.1f} us CPU each", f"p99 {result['p99_ms']:.1f} ms at {connections} connections",
        f"{result['errors']} errors")
    return result


def row(name, *cells):
    print(f"{name:<34} " + "   ".join(cells), flush=True)


class Gateway:
    """wherry serve on a fresh data directory, against a simulator in sink mode."""

    def __init__(self, processes, directory, conversations):
        self.processes, self.directory = processes, directory
        self.sink_port, self.control_port, self.port, self.hook_port = free_port(), free_port(), free_port(), free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.sink = processes.start(BINARY, "simulate", "--sink", "--port", self.sink_port, "--control-port", self.control_port, "--access-token",
                                    "bench-token", **quiet)
        wait_for(self.sink_port)
        begin = time.perf_counter()
        self.process = processes.start(BINARY, "serve", "--data-dir", directory, "--port", self.port, "--log-level", "warn",
                                         "--egress-allow", "127.0.0.1", "--egress-ports", self.hook_port, **quiet)
        wait_for(self.port, "/readyz")
        self.first_start = time.perf_counter() - begin
        self.admin = (pathlib.Path(directory) / "admin.key").read_text().strip()
        self.tenant = self.admin_call("POST", "tenants", {"name": "bench"})["id"]
        self.key = self.admin_call("POST", "keys", {"tenant_id": self.tenant, "rate_limit": 0})["key"]
        self.admin_call("POST", "channels", {
            "tenant_id": self.tenant, "phone_number_id": "106540352242922", "waba_id": "102290129340398", "display_number": "15550107788",
            "access_token": "bench-token", "app_secret": "bench-secret", "verify_token": "bench-verify",
            "graph_url": f"http://127.0.0.1:{self.sink_port}", "messages_per_second": 0, "pair_limit": False})
        self.open_conversations(conversations)

    def admin_call(self, method, path, body=None):
        status, answer = call(self.port, method, "/admin/v1/" + path, json.dumps(body) if body else None,
                              {"Authorization": "Bearer " + self.admin, "Content-Type": "application/json"})
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {answer.decode()}")
        return json.loads(answer)

    def open_conversations(self, count):
        self.inbound_rate = self.receive(count, "open")
        self.list_conversations()

    def receive(self, count, name):
        """One signed webhook POST after the other, 500 customers' messages in each. Gives messages per second on disk."""
        now = str(int(time.time()))
        begin = time.perf_counter()
        for start in range(0, count, 500):
            messages, contacts = [], []
            for n in range(start, min(start + 500, count)):
                number = f"9990{n:06d}0"
                contacts.append({"wa_id": number, "profile": {"name": "Bench"}})
                messages.append({"from": number, "id": f"wamid.{name}{n}", "timestamp": now, "type": "text", "text": {"body": "hi"}})
            value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550107788", "phone_number_id": "106540352242922"},
                     "contacts": contacts, "messages": messages}
            body = json.dumps({"object": "whatsapp_business_account",
                               "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}).encode()
            signature = hmac.new(b"bench-secret", body, hashlib.sha256).hexdigest()
            status, answer = call(self.port, "POST", "/webhooks/meta", body,
                                  {"Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + signature})
            if status != 200:
                raise SystemExit(f"webhook: {status} {answer.decode()}")
        return count / (time.perf_counter() - begin)

    def list_conversations(self):
        ids, cursor = [], None
        while True:
            page = self.admin_call("GET", "conversations?limit=500" + (f"&cursor={cursor}" if cursor else ""))
            ids += [item["id"] for item in page["data"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        self.file = pathlib.Path(self.directory) / "conversations.txt"
        self.file.write_text("\n".join(ids) + "\n")
        self.script = pathlib.Path(self.directory) / "send.lua"
        self.script.write_text(POST_SCRIPT % {"key": self.key, "file": self.file})

    def subscribe(self, url, kinds):
        return self.admin_call("POST", "subscriptions", {"tenant_id": self.tenant, "url": url, "kinds": kinds})["id"]

    def paced(self, rate, seconds):
        output = subprocess.run([BUILD / "bench" / "paced_load", f"http://127.0.0.1:{self.port}", self.key, self.file, str(rate), str(seconds)],
                                capture_output=True, text=True, check=True).stdout
        return json.loads(output)

    def upload(self, size):
        """Streams one document by multipart; gives MiB/s and the peak of resident memory over idle."""
        idle = status_mib(self.process.pid, "VmRSS")
        reset_peak(self.process.pid)
        head = (b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\nContent-Type: application/octet-stream\r\n\r\n')
        tail = b"\r\n--b--\r\n"
        block = os.urandom(1 << 20)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        begin = time.perf_counter()
        connection.putrequest("POST", "/v1/media/upload")
        connection.putheader("Authorization", "Bearer " + self.key)
        connection.putheader("Content-Type", "multipart/form-data; boundary=b")
        connection.putheader("Content-Length", str(len(head) + size * (1 << 20) + len(tail)))
        connection.endheaders(head)
        for _ in range(size):
            connection.send(block)
        connection.send(tail)
        response = connection.getresponse()
        answer = response.read()
        took = time.perf_counter() - begin
        if response.status != 200:
            raise SystemExit(f"upload: {response.status} {answer.decode()}")
        return size / took, status_mib(self.process.pid, "VmHWM") - idle


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


def bench_webhooks(processes, gateway, args):
    """Customers' messages from the signed POST to the tenant's endpoint, which checks the order of each conversation."""
    sink = processes.start(BUILD / "bench" / "webhook_sink", gateway.hook_port)
    wait_for(gateway.hook_port)
    subscription = gateway.subscribe(f"http://127.0.0.1:{gateway.hook_port}/hook", ["message.received"])
    seen = lambda: json.loads(call(gateway.hook_port, "GET", "/")[1])
    count = 10000 * max(1, args.seconds // 2)
    cpu, begin = cpu_seconds(gateway.process.pid), time.perf_counter()
    for part in range(count // args.conversations or 1):
        gateway.receive(min(count, args.conversations), f"hook{part}-")
    while seen()["received"] < count and time.perf_counter() - begin < 120:
        time.sleep(0.01)
    took, used, result = time.perf_counter() - begin, cpu_seconds(gateway.process.pid) - cpu, seen()
    row("webhooks, in and out", f"{result['received'] / took:,.0f}/s", f"{used / count * 1e6:.1f} us CPU each", "each try on disk",
        f"{result['out_of_order']} out of order, {result['repeated']} repeated")
    paced = gateway.paced(1000, args.seconds)
    row("send at 1,000/s, webhooks on", f"p50 {paced['p50_ms']:.2f} ms", f"p90 {paced['p90_ms']:.2f} ms", f"p99 {paced['p99_ms']:.2f} ms",
        f"{paced['failed']} of {paced['sent']} failed")
    processes.stop(sink)
    before = status_mib(gateway.process.pid, "VmRSS")
    for part in range(100000 // args.conversations):
        gateway.receive(args.conversations, f"dead{part}-")
    row("100,000 undelivered events", f"{status_mib(gateway.process.pid, 'VmRSS') - before:+.1f} MiB", "endpoint down")
    gateway.admin_call("PATCH", "subscriptions/" + subscription, {"enabled": False})


def bench_start(processes, directory):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--conversations", type=int, default=10000)
    args = parser.parse_args()
    for tool in ("wrk",):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing; ./dev setup --bench installs it")
    processes = Processes()
    directory = tempfile.mkdtemp(prefix="wherry-bench-")
    try:
        print(f"{os.cpu_count()} cores, loopback; load generator, upstream and gateway share them\n")
        bench_yardsticks(processes, args, directory)
        gateway = Gateway(processes, os.path.join(directory, "data"), args.conversations)
        row("inbound messages, one sender", f"{gateway.inbound_rate:,.0f}/s", "on disk before each 200, 500 a POST")
        measure_load("send, whole path", gateway.process.pid, gateway.port, "/v1/messages/send", args, gateway.script)
        measure_load("send, whole path", gateway.process.pid, gateway.port, "/v1/messages/send", args, gateway.script, 256)
        paced = gateway.paced(1000, args.seconds)
        row("send at 1,000/s", f"p50 {paced['p50_ms']:.2f} ms", f"p90 {paced['p90_ms']:.2f} ms", f"p99 {paced['p99_ms']:.2f} ms",
            f"{paced['failed']} of {paced['sent']} failed")
        bench_webhooks(processes, gateway, args)
        rate, peak = gateway.upload(100)
        row("media upload, 100 MiB document", f"{rate:,.0f} MiB/s", f"peak {peak:.1f} MiB over idle")
        processes.stop(gateway.process)
        bench_start(processes, os.path.join(directory, "fresh"))
    finally:
        processes.stop_all()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()

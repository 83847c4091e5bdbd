"""What every row of the benchmark needs: processes, their CPU and memory, load generators, and a gateway on a fresh data directory."""
import hashlib, hmac, http.client, json, os, pathlib, re, resource, signal, socket, subprocess, time, types

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
BINARY = pathlib.Path(os.environ.get("WHERRY_BINARY", BUILD / "wherry"))
TICKS = os.sysconf("SC_CLK_TCK")
PHONE_NUMBER = "106540352242922"


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

    def __init__(self, processes, directory, conversations, hook_ports=3):
        self.processes, self.directory = processes, directory
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)  # its children inherit it
        self.sink_port, self.control_port, self.port = free_port(), free_port(), free_port()
        self.hook_ports = [free_port() for _ in range(hook_ports)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.sink = processes.start(BINARY, "simulate", "--sink", "--port", self.sink_port, "--control-port", self.control_port, "--access-token",
                                    "bench-token", **quiet)
        wait_for(self.sink_port)
        begin = time.perf_counter()
        self.process = processes.start(BINARY, "serve", "--data-dir", directory, "--port", self.port, "--log-level", "warn",
                                         "--egress-allow", "127.0.0.1", "--egress-ports", ",".join(map(str, self.hook_ports)), **quiet)
        wait_for(self.port, "/readyz")
        self.first_start = time.perf_counter() - begin
        self.admin = (pathlib.Path(directory) / "admin.key").read_text().strip()
        first = self.new_tenant("bench", PHONE_NUMBER, conversations)
        self.tenant, self.key, self.file, self.script, self.inbound_rate = first.tenant, first.key, first.file, first.script, first.inbound_rate

    def new_tenant(self, name, phone_number_id, conversations, rate_limit=0):
        """A tenant with a key, a number and open conversations."""
        tenant = self.admin_call("POST", "tenants", {"name": name})["id"]
        key = self.admin_call("POST", "keys", {"tenant_id": tenant, "rate_limit": rate_limit})["key"]
        self.add_channel(tenant, phone_number_id)
        rate = self.receive(conversations, "open-" + name, phone_number_id)
        file = pathlib.Path(self.directory) / f"{name}.conversations"
        file.write_text("".join(id + "\n" for id in self.conversations_of(tenant)))
        script = pathlib.Path(self.directory) / f"{name}.lua"
        script.write_text(POST_SCRIPT % {"key": key, "file": file})
        return types.SimpleNamespace(tenant=tenant, key=key, file=file, script=script, inbound_rate=rate)

    def add_channel(self, tenant, phone_number_id):
        return self.admin_call("POST", "channels", {
            "tenant_id": tenant, "phone_number_id": phone_number_id, "waba_id": "102290129340398", "display_number": "1555" + phone_number_id[-7:],
            "access_token": "bench-token", "app_secret": "bench-secret", "verify_token": "bench-verify",
            "graph_url": f"http://127.0.0.1:{self.sink_port}", "messages_per_second": 0, "pair_limit": False})["id"]

    def admin_call(self, method, path, body=None):
        status, answer = call(self.port, method, "/admin/v1/" + path, json.dumps(body) if body is not None else None,
                              {"Authorization": "Bearer " + self.admin, "Content-Type": "application/json"})
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {answer.decode()}")
        return json.loads(answer)

    def receive(self, count, name, phone_number_id=PHONE_NUMBER):
        """One signed webhook POST after the other, 500 customers' messages in each. Gives messages per second on disk."""
        now = str(int(time.time()))
        begin = time.perf_counter()
        for start in range(0, count, 500):
            messages, contacts = [], []
            for n in range(start, min(start + 500, count)):
                number = f"9990{n:06d}0"
                contacts.append({"wa_id": number, "profile": {"name": "Bench"}})
                messages.append({"from": number, "id": f"wamid.{name}{n}", "timestamp": now, "type": "text", "text": {"body": "hi"}})
            value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": phone_number_id},
                     "contacts": contacts, "messages": messages}
            body = json.dumps({"object": "whatsapp_business_account",
                               "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}).encode()
            signature = hmac.new(b"bench-secret", body, hashlib.sha256).hexdigest()
            status, answer = call(self.port, "POST", "/webhooks/meta", body,
                                  {"Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + signature})
            if status != 200:
                raise SystemExit(f"webhook: {status} {answer.decode()}")
        return count / (time.perf_counter() - begin)

    def conversations_of(self, tenant):
        ids, cursor = [], None
        while True:
            page = self.admin_call("GET", f"conversations?limit=500&tenant_id={tenant}" + (f"&cursor={cursor}" if cursor else ""))
            ids += [item["id"] for item in page["data"]]
            cursor = page["next_cursor"]
            if not cursor:
                return ids

    def subscribe(self, port):
        body = {"tenant_id": self.tenant, "url": f"http://127.0.0.1:{port}/hook", "kinds": ["message.received"]}
        return self.admin_call("POST", "subscriptions", body)["id"]

    def enable(self, subscription, enabled):
        self.admin_call("PATCH", "subscriptions/" + subscription, {"enabled": enabled})

    def load_command(self, *arguments):
        return [str(part) for part in (BUILD / "bench" / "inbound_load", self.port, *arguments)]

    def load(self, name, senders, per_post, total, conversations, rate=0):
        """Customers' messages by signed webhook POSTs of many senders; every answer is waited for. Gives what inbound_load says."""
        command = self.load_command(name, senders, per_post, total, conversations, rate)
        result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        if result["failed"]:
            raise SystemExit(f"{result['failed']} of {result['posts']} webhook POSTs were not answered with 200")
        return result

    def pid(self):
        return self.process.pid

    def rss(self):
        return status_mib(self.process.pid, "VmRSS")

    def database_mib(self):
        return sum(f.stat().st_size for f in pathlib.Path(self.directory).glob("wherry.db*")) / (1 << 20)

    def settle(self, quiet=0.5):
        """Waits until the gateway has no work left."""
        before = cpu_seconds(self.process.pid)
        while True:
            time.sleep(quiet)
            now = cpu_seconds(self.process.pid)
            if now - before <= quiet / 50:
                return
            before = now

    def stop(self):
        self.processes.stop(self.process)
        self.processes.stop(self.sink)

    def paced(self, rate, seconds):
        """Sends on a fixed schedule; latency counts from the scheduled instant."""
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

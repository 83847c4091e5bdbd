"""The gateway and the simulated WhatsApp as processes, and the weather between them."""
import json
import shutil
import subprocess
import tempfile
import time
import urllib.parse

from test_webhooks import Endpoint
from support import BINARY, Gateway, Process, Simulator, call, free_port, wait_until

FAULT_STATUS = 86
# Of WhatsApp's answers to a send: refused with a bare 500, reset, taken without an answer, late.
ANSWERS = [{"match": {"to": ".*", "probability": 0.02}, "action": {"http": 500}},
           {"match": {"to": ".*", "probability": 0.01}, "action": {"fault": "reset"}},
           {"match": {"to": ".*", "probability": 0.01}, "action": {"fault": "accept_then_close"}},
           {"match": {"to": ".*", "probability": 0.05}, "action": {"delay_ms": 60}}]
# Of its webhooks: twice, once more later, cut off, slow; in any order.
WEBHOOKS = {"duplicate": 0.05, "delayed_copy": 0.01, "delayed_copy_ms": 50, "reset": 0.02, "slow_send": 0.02, "slow_send_ms": 50}


class Application(Endpoint):
    """A webhook endpoint that remembers the order of what it was told, and by which id."""

    def __init__(self):
        super().__init__()
        self.server.handle_error = lambda *_: None  # connections that die are what this is about
        self.decide = self.note
        self.told = []         # (conversation, sequence), repeats and all
        self.ids = {}          # sequence -> the ids it came with

    def note(self, received):
        self.calls.clear()
        data = received["body"]["data"]
        self.told.append((data.get("conversation_id"), data["sequence"]))
        self.ids.setdefault(data["sequence"], set()).add(received["headers"]["webhook-id"])
        return 200

    def take(self):
        """What was told since the last time."""
        with self.lock:
            told, self.told = self.told, []
            return told


class World:
    def __init__(self, seed):
        self.directory = tempfile.mkdtemp(prefix="wherry-crash-")
        self.data = self.directory + "/data"
        self.port = free_port()
        self.gateway = None
        self.process = None
        self.next_customer = 0
        self.starts = []
        self.endpoint = Application()
        self.simulator_process = Process("simulate", "--port", 0, "--control-port", 0, "--no-throttles", "--json", "--seed", seed,
                                         "--callback-url", f"http://127.0.0.1:{self.port}/webhooks/meta", ready_line=True)
        ready = self.simulator_process.ready
        self.control = ready["simulator_control_url"]
        self.simulator = Simulator(self.control, ready["phone_number_id"])
        self.tenant = self.wherry("tenant", "create", "--name", "load")["id"]
        self.key = self.wherry("key", "create", "--tenant", self.tenant, "--rate-limit", "0")["key"]
        self.wherry("channel", "add", "--tenant", self.tenant, "--phone-number-id", ready["phone_number_id"], "--waba-id", ready["waba_id"],
                    "--display-number", ready["display_number"], "--access-token", ready["access_token"], "--app-secret", ready["app_secret"],
                    "--verify-token", ready["verify_token"], "--messages-per-second", "0", "--no-pair-limit",
                    "--graph-url", ready["simulator_url"])
        self.start()
        answer = self.gateway.admin("POST", "/subscriptions", {"tenant_id": self.tenant, "url": self.endpoint.url})
        assert answer.status == 201, answer
        self.subscription = answer.json["id"]
        self.tell("POST", "/sim/webhooks", {"order": "shuffled", "retry_factor": 0.01, "timeout_ms": 1500})
        self.always_planned = self.tell("GET", "/sim/stats")["planned"]  # the simulator's own housekeeping
        self.tell("POST", "/sim/timeline", {"sent_ms": 3, "delivered_ms": 10, "read_ms": 20})

    def wherry(self, *arguments):
        done = subprocess.run([BINARY, *arguments, "--data-dir", self.data, "--json"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def tell(self, method, path, body=None):
        answer = call(method, self.control + path, body)
        assert answer.status == 200, answer
        return answer.json

    def storm(self, on):
        self.tell("PUT", "/sim/rules", {"rules": ANSWERS if on else []})
        self.tell("POST", "/sim/chaos", WEBHOOKS if on else {})

    def start(self, fault=None, **settings):
        begin = time.monotonic()
        arguments = [part for name, value in settings.items() for part in ("--" + name.replace("_", "-"), value)]
        self.process = Process("serve", "--data-dir", self.data, "--port", self.port, "--log-level", "error", "--egress-allow", "127.0.0.1",
                               "--egress-ports", self.endpoint.port, *arguments,
                               environment={"WHERRY_FAULT_POINT": fault} if fault else None)

        def answers():
            try:
                return call("GET", f"http://127.0.0.1:{self.port}/readyz", timeout=2).status == 200
            except OSError:
                ended = self.process.child.poll()
                assert ended is None, f"ended with {ended}: {self.process.output()}"
                return False
        wait_until(answers, "the gateway to be ready", 30)
        self.starts.append(time.monotonic() - begin)
        with open(self.data + "/admin.key") as file:
            self.gateway = Gateway(f"http://127.0.0.1:{self.port}", file.read().strip())
        return self.gateway

    def stop(self):
        self.process.stop()
        self.process.close()

    def running(self):
        return self.process.child.poll() is None

    def admin(self, path, **query):
        answer = self.gateway.admin("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))
        assert answer.status == 200, answer
        return answer.json

    def new_conversations(self, count):
        """Customers nobody else has, each with an open conversation: pairs of conversation id and number."""
        customers = [f"9990{self.next_customer + n:06d}0" for n in range(count)]
        self.next_customer += count
        for customer in customers:
            self.simulator.write(customer)
        return [(self.gateway.conversation_with(customer)["id"], customer) for customer in customers]

    def settle(self, seconds=30):
        """Until nothing is on its way any more: no send waits, no webhook is planned or unanswered."""
        unsent = lambda: self.gateway.metric("wherry_outbox_waiting") + self.gateway.metric("wherry_outbox_scheduled")  # noqa: E731

        def quiet():
            stats = self.tell("GET", "/sim/stats")
            return stats["planned"] <= self.always_planned and stats["webhooks_outstanding"] == 0 and unsent() == 0
        wait_until(quiet, "everything on its way to arrive", seconds)
        told = lambda: self.admin("/subscriptions/" + self.subscription)["deliveries"]["pending"] == 0  # noqa: E731
        wait_until(told, "the application to be told everything", seconds)

    def close(self):
        for process in (self.process, self.simulator_process):
            if process:
                process.kill()
        self.endpoint.close()
        shutil.rmtree(self.directory, ignore_errors=True)

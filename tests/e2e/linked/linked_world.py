"""A gateway with linked numbers, the WhatsApp they talk to, and the phones at the other end."""
import hashlib
import hmac
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import ROOT, Gateway, Process, call, free_port, wait_until  # noqa: E402
from test_webhooks import Endpoint  # noqa: E402

SECRET = "a-webhook-secret"
PATIENCE = 30
numbers = itertools.count(15550000001)


def find_node():
    brought = sorted((ROOT / "linked/runtime/node_modules").glob("node-linux-*/bin/node"))
    return str(brought[-1]) if brought else "node"


def jid_of(pn):
    return f"{pn}@s.whatsapp.net"


class WhatsApp:
    """tests/fakewa in a process of its own, driven over its admin API."""

    def __init__(self, *arguments):
        self.child = subprocess.Popen([find_node(), ROOT / "tests/fakewa/main.mjs", "--with-parent", *arguments],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        said = json.loads(self.child.stdout.readline())
        self.ws, self.admin, self.ca, self.root_key = said["ws"], said["admin"], said["ca"], said["rootKey"]

    def get(self, path, **query):
        answer = call("GET", f"{self.admin}{path}?{urllib.parse.urlencode(query)}", timeout=PATIENCE * 4)
        assert answer.status == 200, f"{path} {query}: {answer}"
        return answer.json

    def post(self, path, **body):
        answer = call("POST", self.admin + path, body)
        assert answer.status == 200, f"{path} {str(body)[:200]}: {answer}"
        return answer.json

    def wait(self, what, seconds=PATIENCE, **query):
        """The first entry of the journal that fits; waits for it."""
        return self.get("/wait", what=what, timeout=seconds * 1000, **query)["entry"]

    def journal(self, what, **query):
        return self.get("/journal", what=what, limit=100_000, **query)["entries"]

    def seq(self):
        return self.get("/state")["seq"]

    def device(self, pn, seconds=PATIENCE, **query):
        return self.get("/wait/device", pn=pn, device=1, timeout=seconds * 1000, **query)

    def close(self):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()


class Person:
    """Somebody with a phone only."""

    def __init__(self, wa, **account):
        self.wa = wa
        self.pn = str(next(numbers))
        made = wa.post("/accounts", pn=self.pn, **{"name": f"Person {self.pn}", **account})["accounts"][0]
        self.jid = jid_of(self.pn)
        self.lid = f"{made['lid']}@lid"

    def write(self, to, kind="text", **wish):
        """Sends to a number, a person or a group's id; gives the message's id."""
        if kind == "text":
            wish.setdefault("text", "hi")
        return self.wa.post("/phone/send", **{"from": self.pn, "to": getattr(to, "pn", to), "kind": kind, **wish})["id"]

    def got(self, seconds=PATIENCE, **query):
        return self.wa.wait("inbox", seconds, pn=self.pn, **query)

    def inbox(self, **query):
        """What the phone could decrypt, one entry for each time it arrived."""
        return [entry for entry in self.wa.get("/inbox", pn=self.pn, limit=100_000, **query)["entries"] if not entry.get("error")]

    def receipt(self, message, kind):
        self.wa.post("/phone/receipt", pn=self.pn, id=message, type=kind)


class LinkedGateway(Gateway):
    """`wherry serve` beside a fake WhatsApp; can be stopped, killed and started again on its data."""

    def __init__(self, directory, wa, endpoint, *arguments):
        self.directory, self.wa, self.endpoint, self.arguments = directory, wa, endpoint, arguments
        self.port = free_port()
        self.start()
        super().__init__(f"http://127.0.0.1:{self.port}", pathlib.Path(directory, "data/admin.key").read_text().strip())
        self.tenant, self.key = self.new_organisation("linked")
        hook = self.api("POST", "/webhooks", {"url": endpoint.url, "events": ["*"], "secret": SECRET})
        assert hook.status == 201, hook

    def start(self):
        self.process = Process("serve", "--data-dir", self.directory + "/data", "--port", self.port, "--linked-server-url", self.wa.ws,
                               "--linked-server-root-key", self.wa.root_key, "--linked-server-media-ca", self.wa.ca,
                               "--linked-node", find_node(), "--linked-directory", ROOT / "linked", "--linked-ack-timeout", 3000,
                               "--egress-allow", "127.0.0.1", "--egress-ports", self.endpoint.port, *self.arguments)
        def ready():
            assert self.process.child.poll() is None, f"the gateway ended: {self.process.output()}"
            try:
                return call("GET", f"http://127.0.0.1:{self.port}/readyz", timeout=5).status == 200
            except OSError:
                return False
        wait_until(ready, "the gateway serves", 20)

    def restart(self, hard=False):
        if hard:
            self.process.kill()
        else:
            _, status = self.process.stop()
            assert status == 0, f"exit status {status}: {self.process.output()}"
            self.process.close()
        self.start()

    def new_organisation(self, name):
        tenant = self.new_tenant(name)
        made = self.admin("POST", "/keys", {"tenant_id": tenant, "style": "sessions", "rate_limit": 0})
        assert made.status == 201, made
        return tenant, made.json["key"]

    def api(self, method, path, body=None, key=None, headers=None, timeout=60):
        return call(method, f"{self.base_url}/api/v1{path}", body, key or self.key, headers, timeout)

    def sidecars(self):
        """Pids of the sidecar processes that are children of this gateway."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) if entry.name.isdigit() else 0
                if parent == self.process.pid and b"main.mjs" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


class Number:
    """A session of the gateway, linked to an account of its own unless it is told not to."""

    def __init__(self, world, link=True, account=None, **fields):
        self.world, self.gateway, self.wa = world, world.gateway, world.wa
        made = self.gateway.api("POST", "/sessions", {"label": "number", **fields})
        assert made.status == 201, made
        self.session = made.json["id"]
        self.pn = str(next(numbers))
        self.jid = jid_of(self.pn)
        self.wa.post("/accounts", pn=self.pn, name=f"Number {self.pn}", **(account or {}))
        if link:
            self.link()

    def path(self, tail=""):
        return f"/sessions/{self.session}{tail}"

    def api(self, method, tail="", body=None, **more):
        return self.gateway.api(method, self.path(tail), body, **more)

    def act(self, action):
        answer = self.api("POST", ":" + action)
        assert answer.status == 200, answer
        return answer.json

    def show(self):
        answer = self.api("GET")
        assert answer.status == 200, answer
        return answer.json

    def status(self):
        return self.show()["status"]

    def wait_status(self, status, seconds=PATIENCE):
        return wait_until(lambda: self.status() == status, f"{self.session} is {status}", seconds)

    def qr(self, seconds=PATIENCE):
        def ask():
            answer = self.api("GET", "/qr")
            assert answer.status in (200, 404), answer
            return answer.json["code"] if answer.status == 200 else None
        return wait_until(ask, "a QR code", seconds)

    def link(self):
        """By QR code, as a person does it, with budgets that do not stand in a test's way."""
        changed = self.api("PATCH", "", {"ratePerMin": 100_000, "ratePerHour": 100_000})
        assert changed.status == 200, changed
        self.act("start")
        self.wa.post("/scan", pn=self.pn, qr=self.qr())
        self.wait_status("working")
        return self

    def send(self, body, key=None, is_async=False, **more):
        headers = {"Idempotency-Key": key} if key else None
        return self.api("POST", "/messages" + ("?async=true" if is_async else ""), body, headers=headers, **more)

    def text(self, to, text, **more):
        return self.send({"type": "text", "to": to.jid, "text": text}, **more)

    def messages(self, chat):
        """What the gateway has stored of a chat, oldest first."""
        found, cursor = [], ""
        while True:
            page = self.api("GET", f"/chats/{chat}/messages?limit=200&cursor={cursor}")
            assert page.status == 200, page
            found += page.json["data"]
            cursor = page.json["nextCursor"]
            if not cursor:
                return found[::-1]

    # Events of this session, each once, in the order in which they were first told.
    def events(self, name=None, **payload):
        return [event for event in self.world.events() if event["session"] == self.session and name in (None, event["event"])
                and all(event["payload"].get(field) == value for field, value in payload.items())]

    def event(self, name, seconds=PATIENCE, **payload):
        return wait_until(lambda: self.events(name, **payload), f"{name} {payload} of {self.session}", seconds)[0]

    def statuses(self, message):
        return [event["payload"]["status"] for event in self.events("message.status", messageId=message)]


class LinkedTest(unittest.TestCase):
    """One WhatsApp, one gateway and one endpoint for the class."""
    fake_arguments = ()
    gateway_arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.wa = WhatsApp(*cls.fake_arguments)
        cls.addClassCleanup(cls.wa.close)
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.gateway = LinkedGateway(cls.directory, cls.wa, cls.endpoint, *cls.gateway_arguments)
        cls.addClassCleanup(lambda: cls.gateway.process.kill())

    def run(self, result=None):
        failures = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > failures and os.environ.get("WHERRY_E2E_LOG"):
            print(f"--- the gateway's log after {self.id()}\n{self.gateway.process.output()}", file=sys.stderr)

    @classmethod
    def events(cls):
        """Every distinct event that was told, in order; a wrong signature is an error."""
        with cls.endpoint.lock:
            calls = list(cls.endpoint.calls)
        known = {}
        for received in calls:
            body = received["body"]
            if body["id"] in known:
                continue
            expected = hmac.new(SECRET.encode(), received["raw"], hashlib.sha512).hexdigest()
            assert received["headers"].get("x-webhook-hmac") == expected, f"a wrong signature: {body}"
            known[body["id"]] = body
        return list(known.values())

    def number(self, **fields):
        return Number(self, **fields)

    def person(self, **account):
        return Person(self.wa, **account)

    def assert_ok(self, answer, status=200):
        self.assertEqual(answer.status, status, answer)
        return answer.json if answer.body else None

    def assert_refused(self, answer, status, code):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json["error"]["code"], code, answer)
        return answer.json["error"]

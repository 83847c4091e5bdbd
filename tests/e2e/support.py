"""What every end-to-end test needs: the shipped binary as processes, HTTP calls, and the simulated customers."""
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("WHERRY_BINARY", str(ROOT / "build/release/wherry"))
BOOT_SECONDS = 20


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


def call(method, url, body=None, key=None, headers=None, timeout=60):
    """One request on its own connection. A dict becomes JSON; an open file is streamed."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    sent = dict(headers or {})
    if key:
        sent["Authorization"] = f"Bearer {key}"
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
        sent.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def wait_until(probe, what, seconds=15):
    """The first true value of `probe`, asked again and again; other processes have no better way to tell us."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def free_port():
    """Not one that the system gives to outgoing connections: a server that starts again must find its own free."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def memory_mib(pid, field="VmRSS"):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"{field} is not in /proc/{pid}/status")


def multipart(content, file_name="file.bin", content_type="application/octet-stream", boundary="e2e-boundary-71c4"):
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\nContent-Type: {content_type}\r\n\r\n'
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


class Process:
    """One run of the binary."""

    def __init__(self, *arguments, ready_line=False, environment=None):
        self.begin = time.monotonic()
        self.log = tempfile.TemporaryFile()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WHERRY_")}
        self.child = subprocess.Popen([BINARY, *map(str, arguments)], stdout=subprocess.PIPE if ready_line else self.log, stderr=self.log,
                                      env={**clean, **(environment or {})})
        self.ready = None
        if ready_line:
            reading = concurrent.futures.ThreadPoolExecutor(1)
            line = reading.submit(self.child.stdout.readline)
            try:
                self.ready = json.loads(line.result(BOOT_SECONDS))
            except (concurrent.futures.TimeoutError, ValueError):
                said = self.output()
                self.kill()
                raise AssertionError(f"{arguments[0]} did not say it was ready; its log: {said}") from None
            finally:
                reading.shutdown(wait=False)
        self.seconds_to_ready = time.monotonic() - self.begin

    @property
    def pid(self):
        return self.child.pid

    def whole_output(self):
        """Everything written so far. The child's place in the file is left alone."""
        if self.log.closed:
            return "(closed)"
        return os.pread(self.log.fileno(), os.fstat(self.log.fileno()).st_size, 0).decode(errors="replace")

    def output(self):
        return self.whole_output()[-4000:]

    def stop(self):
        """SIGTERM. Gives the seconds it took and the exit status."""
        begin = time.monotonic()
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            status = self.child.wait(15)
        except subprocess.TimeoutExpired:
            said = self.output()
            self.kill()
            raise AssertionError(f"did not stop within 15 s of SIGTERM; its log: {said}") from None
        return time.monotonic() - begin, status

    def kill(self):
        self.child.kill()
        self.child.wait()
        self.close()

    def close(self):
        self.log.close()
        if self.child.stdout:
            self.child.stdout.close()


class Simulator:
    """The simulated WhatsApp seen through its control interface: what customers do and what they got."""

    def __init__(self, control_url, phone_number_id):
        self.url = control_url
        self.phone_number_id = phone_number_id

    def write(self, customer, text="Hello", **fields):
        """A customer writes a text, or whatever `fields` say. Gives the message's id."""
        message = {"phone_number_id": self.phone_number_id, "from": customer, "type": "text", "text": {"body": text}, **fields}
        answer = call("POST", self.url + "/sim/inbound", message)
        assert answer.status == 200, answer
        return answer.json

    def messages(self, **wanted):
        """What the business sent, newest first."""
        query = urllib.parse.urlencode({"limit": 10000, **wanted})
        answer = call("GET", f"{self.url}/sim/messages?{query}")
        assert answer.status == 200, answer
        return answer.json["data"]

    def message(self, wamid):
        return next((message for message in self.messages() if message["id"] == wamid), None)

    def to(self, customer):
        return self.messages(to=customer)


def statuses_of(message):
    return [status["status"] for status in message["statuses"]]


def text_of(message):
    return (message["body"].get("text") or {}).get("body")


class Gateway:
    """A running gateway seen by an application and by its operator."""

    def __init__(self, base_url, admin_key):
        self.base_url = base_url
        self.admin_key = admin_key

    def admin(self, method, path, body=None):
        return call(method, self.base_url + "/admin/v1" + path, body, self.admin_key)

    def new_key(self, tenant, rate_limit=0):
        answer = self.admin("POST", "/keys", {"tenant_id": tenant, "rate_limit": rate_limit})
        assert answer.status == 201, answer
        return answer.json["key"]

    def new_tenant(self, name):
        answer = self.admin("POST", "/tenants", {"name": name})
        assert answer.status == 201, answer
        return answer.json["id"]

    def conversation_with(self, customer, seconds=15):
        def find():
            found = self.admin("GET", f"/conversations?contact={customer}")
            assert found.status == 200, found
            return found.json["data"]
        return wait_until(find, f"a conversation with {customer}", seconds)[0]

    def state_of(self, wamid_or_id):
        answer = self.admin("GET", "/messages/" + wamid_or_id)
        return answer.json["state"] if answer.status == 200 else None

    def send(self, key, conversation, timeout=60, **fields):
        return call("POST", self.base_url + "/v1/messages/send", {"conversationId": conversation, **fields}, key, timeout=timeout)

    def upload(self, key, content, file_name="file.bin", content_type="application/octet-stream"):
        body, headers = multipart(content, file_name, content_type)
        return call("POST", self.base_url + "/v1/media/upload", body, key, headers)

    def metric(self, name):
        page = call("GET", self.base_url + "/metrics").body.decode()
        for line in page.splitlines():
            if line.rsplit(" ", 1)[0] == name:
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no metric {name}")


class Demo(Gateway):
    """`wherry demo`: gateway, simulator, a key and an open conversation."""

    def __init__(self, data_dir, *arguments):
        self.process = Process("demo", "--data-dir", data_dir, "--port", 0, "--simulator-port", 0, "--json", *arguments, ready_line=True)
        self.ready = self.process.ready
        super().__init__(self.ready["base_url"], self.ready["admin_key"])
        self.key = self.ready["api_key"]
        self.tenant = self.ready["tenant_id"]
        self.conversation = self.ready["conversation_id"]
        self.customer = self.ready["customer"]
        self.simulator = Simulator(self.ready["simulator_control_url"], self.ready["phone_number_id"])


    def approved_template(self, name="hello_world", language="en_US", text="Hello!"):
        """A template on the demo's number, once its review is over."""
        channel = self.admin("GET", f"/channels?tenant_id={self.tenant}").json["data"][0]["id"]
        path = f"/channels/{channel}/templates"
        words = {"type": "BODY", "text": text, **({"example": {"body_text": [["Ada"]]}} if "{{1}}" in text else {})}
        body = {"name": name, "language": language, "category": "UTILITY", "components": [words]}
        made = self.admin("POST", path, body)
        assert made.status == 201, made
        wait_until(lambda: self.admin("GET", f"{path}/{made.json['id']}").json["status"] == "APPROVED", "the review of a template")
        return name


class DemoTest(unittest.TestCase):
    """One demo for the whole class, with a key that has no rate limit in self.key."""

    @classmethod
    def demo_arguments(cls):
        return ()

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.demo = Demo(cls.directory + "/data", *cls.demo_arguments())
        cls.addClassCleanup(cls.demo.process.kill)
        cls.key = cls.demo.new_key(cls.demo.tenant)
        cls.next_customer = 0

    def new_conversation(self, customer=None):
        """A customer nobody else has, who has just written. Gives conversation id and number."""
        if customer is None:
            DemoTest.counter = getattr(DemoTest, "counter", 0) + 1
            customer = f"9990{DemoTest.counter + 1000:06d}0"  # ordinary, reads everything
        self.demo.simulator.write(customer)
        return self.demo.conversation_with(customer)["id"], customer

    def assert_error(self, answer, status, code):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json["code"], code)
        self.assertEqual(set(answer.json), {"error", "code"})
        self.assertTrue(answer.json["error"])

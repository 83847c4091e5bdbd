"""What goes on while the gateway dies: applications that send, customers who write."""
import http.client
import json
import re
import threading
import time
import urllib.parse

from support import call

BROKEN = (OSError, http.client.HTTPException)


class Sender(threading.Thread):
    """One application with one conversation: the next send begins when the last was answered."""

    def __init__(self, world, conversation, customer, name):
        super().__init__(daemon=True)
        self.world, self.conversation, self.customer, self.label = world, conversation, customer, name
        self.answered = {}     # text -> what a 2xx promised
        self.attempted = []
        self.statuses = {}
        self.stopping = threading.Event()

    def run(self):
        parts = urllib.parse.urlsplit(self.world.gateway.base_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            self.send_through(connection)
        except BROKEN:
            pass  # it died under us: no promise was made
        finally:
            connection.close()

    def send_through(self, connection):
        headers = {"Authorization": f"Bearer {self.world.key}", "Content-Type": "application/json"}
        while not self.stopping.is_set():
            text = f"{self.label} {len(self.attempted)}"
            self.attempted.append(text)
            connection.request("POST", "/v1/messages/send", json.dumps({"conversationId": self.conversation, "text": text}), headers)
            response = connection.getresponse()
            body = response.read()
            self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
            if 200 <= response.status < 300:
                self.answered[text] = json.loads(body)["messageId"]


class Writer(threading.Thread):
    """One customer: the next message is written when WhatsApp has the gateway's 200 for the last, or soon after if it has not."""

    def __init__(self, world, customer, acknowledged):
        super().__init__(daemon=True)
        self.world, self.customer, self.acknowledged = world, customer, acknowledged
        self.written = []
        self.ordered = []      # pairs: the first had its 200 before the second was written
        self.stopping = threading.Event()

    def run(self):
        last = None
        while not self.stopping.is_set():
            wamid = self.world.simulator.write(self.customer, f"{len(self.written)}")["id"]
            self.written.append(wamid)
            if last in self.acknowledged.seen:
                self.ordered.append((last, wamid))
            last = wamid
            self.acknowledged.wait_for(wamid, 0.5, self.stopping)


class Acknowledged(threading.Thread):
    """Which inbound messages the simulator has got a 200 for."""
    IDS = re.compile(r'"id":"(wamid\.[^"]+)"')

    def __init__(self, world):
        super().__init__(daemon=True)
        self.world = world
        self.seen = set()
        self.newest = 0
        self.stopping = threading.Event()

    def look(self):
        newest = self.newest
        for attempt in call("GET", self.world.control + "/sim/deliveries?limit=300").json["data"]:
            if attempt["number"] <= self.newest:
                break
            newest = max(newest, attempt["number"])
            if attempt["success"] and '"messages":[' in attempt["body"]:
                self.seen.update(self.IDS.findall(attempt["body"]))
        self.newest = newest

    def run(self):
        while not self.stopping.is_set():
            self.look()
            time.sleep(0.02)

    def wait_for(self, wamid, seconds, stopping):
        end = time.monotonic() + seconds
        while wamid not in self.seen and time.monotonic() < end and not stopping.is_set():
            time.sleep(0.01)


class Load:
    def __init__(self, world, name, senders=6, writers=3):
        conversations = world.new_conversations(senders + writers)
        self.acknowledged = Acknowledged(world)
        self.senders = [Sender(world, conversation, customer, f"{name}-{n}") for n, (conversation, customer) in enumerate(conversations[:senders])]
        self.writers = [Writer(world, customer, self.acknowledged) for _, customer in conversations[senders:]]
        self.acknowledged.look()

    def start(self):
        for thread in (self.acknowledged, *self.senders, *self.writers):
            thread.start()

    def stop(self):
        everybody = (*self.senders, *self.writers, self.acknowledged)
        for thread in everybody:
            thread.stopping.set()
        for thread in everybody:
            thread.join(40)
            assert not thread.is_alive(), thread

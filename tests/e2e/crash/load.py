"""What goes on while the gateway dies: applications that send now and for later, customers who write."""
import datetime
import http.client
import json
import random
import re
import threading
import time
import urllib.parse

from support import call

BROKEN = (OSError, http.client.HTTPException)


class Application(threading.Thread):
    """One with one conversation: its next request begins when the last was answered."""

    def __init__(self, world, conversation, customer, name):
        super().__init__(daemon=True)
        self.world, self.conversation, self.customer, self.label = world, conversation, customer, name
        self.attempted = []
        self.statuses = {}
        self.stopping = threading.Event()

    def run(self):
        parts = urllib.parse.urlsplit(self.world.gateway.base_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            while not self.stopping.is_set():
                text = f"{self.label} {len(self.attempted)}"
                self.attempted.append(text)
                self.send(connection, text)
        except BROKEN:
            pass  # it died under us: no promise was made
        finally:
            connection.close()

    def post(self, connection, path, key, body):
        """The body of a 2xx; None when it was refused."""
        connection.request("POST", path, json.dumps(body), {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
        return json.loads(answer) if 200 <= response.status < 300 else None


class Sender(Application):
    """Waits for WhatsApp with every message."""

    def __init__(self, *of):
        super().__init__(*of)
        self.answered = {}     # text -> what a 2xx promised: WhatsApp's id

    def send(self, connection, text):
        answer = self.post(connection, "/v1/messages/send", self.world.key, {"conversationId": self.conversation, "text": text})
        if answer:
            self.answered[text] = answer["messageId"]


class Planner(Application):
    """Waits only until a message is accepted; every third one is for a little later."""

    def __init__(self, *of):
        super().__init__(*of)
        self.accepted = {}     # text -> our id
        self.at_once = []      # of those, in order, the ones that were not for later
        self.rng = random.Random(self.label)

    def send(self, connection, text):
        body = {"tenant_id": self.world.tenant, "conversation_id": self.conversation, "type": "text", "text": {"body": text}}
        later = len(self.attempted) % 3 == 0
        if later:
            at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.rng.uniform(0.02, 0.4))
            body["send_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        answer = self.post(connection, "/admin/v1/messages", self.world.gateway.admin_key, body)
        if answer:
            self.accepted[text] = answer["id"]
            if not later:
                self.at_once.append(text)
        self.stopping.wait(0.005)  # the line does not grow without end


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
    def __init__(self, world, name, senders=6, planners=2, writers=3):
        conversations = iter(world.new_conversations(senders + planners + writers))
        self.acknowledged = Acknowledged(world)
        self.senders = [Sender(world, *next(conversations), f"{name}-{n}") for n in range(senders)]
        self.planners = [Planner(world, *next(conversations), f"{name}-planned-{n}") for n in range(planners)]
        self.writers = [Writer(world, customer, self.acknowledged) for _, customer in conversations]
        self.acknowledged.look()

    def start(self):
        for thread in (self.acknowledged, *self.senders, *self.planners, *self.writers):
            thread.start()

    def stop(self):
        everybody = (*self.senders, *self.planners, *self.writers, self.acknowledged)
        for thread in everybody:
            thread.stopping.set()
        for thread in everybody:
            thread.join(40)
            assert not thread.is_alive(), thread

"""The WebSocket of the Pipes door, spoken to by hand."""
import base64
import json
import re
import signal
import time
import unittest

from raw_websocket import BINARY, CLOSE, PING, PONG, TEXT, Refused, WebSocket
from support import ROOT, DemoTest, call, text_of, wait_until

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class WebSocketDoor(DemoTest):
    def connect(self, **query):
        client = WebSocket(self.demo.base_url, **{"apiKey": self.key, **query})
        self.addCleanup(client.end)
        return client, client.read_json()

    def status(self, client):
        """The next reply_status; customers' messages come in between."""
        frame = client.read_json()
        while frame["type"] == "whatsapp_message":
            frame = client.read_json()
        return frame

    def refused(self, **query):
        with self.assertRaises(Refused) as caught:
            WebSocket(self.demo.base_url, **query)
        self.assertEqual(set(caught.exception.body), {"error", "code"})
        return caught.exception.status, caught.exception.body["code"]

    def target(self, conversation, customer):
        number = self.demo.admin("GET", "/channels").json["data"][0]["id"]
        return {"conversationId": conversation, "poolNumberId": number, "toNumber": "+" + customer}

    def test_without_a_good_key_there_is_no_upgrade(self):
        self.assertEqual(self.refused(), (401, "UNAUTHORIZED"))
        self.assertEqual(self.refused(apiKey="pk_" + "x" * 32), (401, "UNAUTHORIZED"))

    def test_a_conversation_that_is_not_yours_is_forbidden(self):
        stranger = self.demo.new_key(self.demo.new_tenant("stranger"))
        self.assertEqual(self.refused(apiKey=stranger, conversationId=self.demo.conversation), (403, "FORBIDDEN"))
        self.assertEqual(self.refused(apiKey=self.key, conversationId="conv_00000000000000000000000000"), (403, "FORBIDDEN"))
        self.assertEqual(self.refused(apiKey=self.key, conversationId="nonsense"), (403, "FORBIDDEN"))

    def test_the_first_frame_says_who_is_connected(self):
        _, user = self.connect()
        self.assertEqual(set(user), {"type", "userId", "connectionId", "scope"})
        self.assertEqual((user["type"], user["userId"], user["scope"]), ("connected", self.demo.tenant, "user"))
        self.assertRegex(user["connectionId"], re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))
        _, scoped = self.connect(conversationId=self.demo.conversation)
        self.assertEqual((scoped["scope"], scoped["conversationId"]), ("conversation", self.demo.conversation))

    def test_upgrades_are_not_counted_against_the_limit(self):
        key = self.demo.new_key(self.demo.tenant, rate_limit=1)
        for _ in range(3):
            self.connect(apiKey=key)
        self.assertEqual(self.demo.send(key, self.demo.conversation, text="the one").status, 200)

    def test_a_reply_reaches_the_customer_and_its_status_names_the_message(self):
        conversation, customer = self.new_conversation()
        client, _ = self.connect()
        client.send_json({"type": "whatsapp_reply", "data": {**self.target(conversation, customer), "text": "On our way 🚚"}})
        status = self.status(client)
        self.assertEqual(status["type"], "reply_status")
        self.assertEqual((status["data"]["conversationId"], status["data"]["success"]), (conversation, True))
        self.assertEqual(text_of(self.demo.simulator.message(status["data"]["messageId"])), "On our way 🚚")

    def test_a_file_and_a_reaction_reach_the_customer(self):
        conversation, customer = self.new_conversation()
        client, _ = self.connect(conversationId=conversation)
        file = {"data": base64.b64encode(PNG).decode(), "mimeType": "image/png", "fileName": "dot.png"}
        client.send_json({"type": "whatsapp_media_reply", "data": {**self.target(conversation, customer), "media": file}})
        sent = self.status(client)["data"]
        self.assertTrue(sent["success"], sent)
        self.assertEqual(self.demo.simulator.message(sent["messageId"])["body"]["type"], "image")
        client.send_json({"type": "whatsapp_reaction",
                          "data": {**self.target(conversation, customer), "messageId": sent["messageId"], "emoji": "👍"}})
        reacted = self.status(client)["data"]
        self.assertTrue(reacted["success"], reacted)
        reaction = self.demo.simulator.message(reacted["messageId"])["body"]["reaction"]
        self.assertEqual(reaction, {"message_id": sent["messageId"], "emoji": "👍"})

    def test_other_conversations_are_refused_as_the_scope_says(self):
        conversation, customer = self.new_conversation()
        scoped, _ = self.connect(conversationId=self.demo.conversation)
        scoped.send_json({"type": "whatsapp_reply", "data": {**self.target(conversation, customer), "text": "no"}})
        self.assertEqual(self.status(scoped)["data"]["code"], "FORBIDDEN")
        stranger, _ = self.connect(apiKey=self.demo.new_key(self.demo.new_tenant("silent")))
        stranger.send_json({"type": "whatsapp_reply", "data": {**self.target(conversation, customer), "text": "no"}})
        stranger.send("", PING)
        self.assertEqual(stranger.read(), (PONG, b""))  # and nothing before it
        self.assertEqual(self.demo.simulator.to(customer), [])

    def test_what_is_no_reply_is_ignored_and_binary_ends_the_connection(self):
        client, _ = self.connect()
        client.send("not json")
        client.send_json({"type": "typing"})
        client.send("still here", PING)
        frame = client.read()
        while frame[0] != PONG:  # messages of other tests' customers
            frame = client.read()
        self.assertEqual(frame, (PONG, b"still here"))
        client.send(b"\x00\x01", BINARY)
        self.assertEqual(client.close_code(), 1003)

    def test_a_file_of_40_megabytes_passes(self):
        conversation, customer = self.new_conversation()
        client, _ = self.connect()
        file = {"data": base64.b64encode(b"%PDF-1.4" + bytes(40 << 20)).decode(), "mimeType": "application/pdf", "fileName": "big.pdf"}
        client.send_json({"type": "whatsapp_media_reply", "data": {**self.target(conversation, customer), "media": file}})
        status = self.status(client)["data"]
        self.assertTrue(status["success"], status)
        wait_until(lambda: len(self.demo.simulator.to(customer)) == 1, "the file at the customer's")


class ContractCases(DemoTest):
    """tests/contract/pipes/websocket/cases.json: what is sent, and every byte that comes back."""

    PATTERNS = {"uuid": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "wamid": r"wamid\.[^\"]+", "message": "msg_[0-9a-z]{26}",
                "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "name": '("fromName":"[^"]*",)?'}

    def setUp(self):
        self.cases = json.loads((ROOT / "tests/contract/pipes/websocket/cases.json").read_text())
        self.drain()
        channel = self.demo.admin("GET", "/channels").json["data"][0]
        conversation, customer = self.new_conversation()
        other, _ = self.new_conversation()
        self.names = {"key": self.key, "stranger": self.demo.new_key(self.demo.new_tenant(f"stranger of {self.id()}")), "tenant": self.demo.tenant,
                      "conversation": conversation, "customer": customer, "other": other, "pool": channel["id"],
                      "label": channel["name"], "display": "+" + channel["display_number"].lstrip("+")}

    def drain(self):
        """Takes what waits in the queue, so that only what a case says comes."""
        self.demo.simulator.write(self.demo.customer, "last in the queue")
        client = WebSocket(self.demo.base_url, apiKey=self.key)
        client.read_json()
        while client.read_json()["data"]["text"] != "last in the queue":
            pass
        client.end()

    def fill(self, value):
        text = value if isinstance(value, str) else json.dumps(value)
        for name, known in self.names.items():
            text = text.replace("{{" + name + "}}", known)
        return text

    def assert_frame(self, seen, expected):
        pattern = re.escape(self.fill(expected))
        for name, one in self.PATTERNS.items():
            pattern = pattern.replace(re.escape("{{" + name + "}}"), one)
        self.assertRegex(seen, "^" + pattern + "$")

    def connect(self, case):
        client = WebSocket(self.demo.base_url, **{"apiKey": self.key, **json.loads(self.fill(case["query"]))})
        self.addCleanup(client.end)
        opcode, greeting = client.read()
        self.assertEqual(opcode, TEXT)
        if "greeting" in case:
            self.assert_frame(greeting.decode(), case["greeting"])
        return client

    def next_frame(self, client):
        """The next frame as text; a pong is "pong", messages of the cases' customers are not waited for here."""
        while True:
            opcode, payload = client.read()
            if opcode == TEXT and payload.startswith(b'{"type":"whatsapp_message"'):
                continue
            if opcode == CLOSE:
                return "close " + str(int.from_bytes(payload[:2], "big"))
            return "pong" if opcode == PONG else payload.decode()

    def test_handshakes(self):
        for case in self.cases["handshakes"]:
            with self.subTest(case["name"]):
                with self.assertRaises(Refused) as refused:
                    WebSocket(self.demo.base_url, **json.loads(self.fill(case["query"])))
                self.assertEqual(refused.exception.status, case["status"])
                self.assertEqual(json.dumps(refused.exception.body, separators=(",", ":")), case["body"])

    def test_sessions(self):
        for case in self.cases["sessions"]:
            with self.subTest(case["name"]):
                client = self.connect(case)
                for frame in case["send"]:
                    if isinstance(frame, dict) and "binary" in frame:
                        client.send(base64.b64decode(frame["binary"]), BINARY)
                    else:
                        client.send(self.fill(frame))
                for expected in case["receive"]:
                    self.assert_frame(self.next_frame(client), expected)
                if case["receive"][-1:] != ["close 1003"]:
                    client.send("", PING)
                    self.assertEqual(self.next_frame(client), "pong", "nothing else comes")

    def test_messages(self):
        client = self.connect({"query": {"conversationId": "{{conversation}}"}})
        for case in self.cases["messages"]:
            with self.subTest(case["name"]):
                self.demo.simulator.write(self.names["customer"], **case["write"])
                self.assert_frame(client.read()[1].decode(), case["frame"])


class RevokedKeys(DemoTest):
    def test_a_revoked_key_ends_its_connections_within_a_second_and_opens_no_other(self):
        keys = [self.demo.admin("POST", "/keys", {"tenant_id": self.demo.tenant}).json for _ in range(2)]
        clients = [WebSocket(self.demo.base_url, apiKey=key["key"], **scope)
                   for key in keys for scope in ({}, {"conversationId": self.demo.conversation})]
        for client in clients:
            self.addCleanup(client.end)
            client.read_json()
        begin = time.monotonic()
        self.assertEqual(self.demo.admin("DELETE", "/keys/" + keys[0]["id"]).status, 204)
        for client in clients[:2]:
            self.assertEqual(client.close_frame(), (1008, "the API key is no longer valid"))
        self.assertLess(time.monotonic() - begin, 1)
        with self.assertRaises(Refused) as refused:
            WebSocket(self.demo.base_url, apiKey=keys[0]["key"])
        self.assertEqual(refused.exception.status, 401)
        for client in clients[2:]:
            client.send("still here", PING)
            self.assertEqual(next(frame for frame in iter(client.read, None) if frame[0] == PONG), (PONG, b"still here"))


class LiveMessages(DemoTest):
    """What customers write, at the sockets of the application."""

    def connect(self, **query):
        client = WebSocket(self.demo.base_url, **{"apiKey": self.demo.key, **query})
        self.addCleanup(client.end)
        client.read_json()
        return client

    def queued(self):
        return self.demo.metric('wherry_live_messages_total{outcome="queued"}')

    def test_live_offline_and_in_order(self):
        # The first connection takes what the demo's own customer wrote before anybody listened.
        wait_until(lambda: self.queued() >= 1, "the opening message in the queue")
        first = self.connect()
        opening = first.read_json()
        self.assertEqual(opening["type"], "whatsapp_message")
        self.assertEqual(opening["data"]["conversationId"], self.demo.conversation)
        drained = lambda: self.demo.metric('wherry_live_messages_total{outcome="drained"}')
        wait_until(lambda: drained() >= 1, "the queue handed out")
        time.sleep(1)  # the pace of a drain: until it is over, what is live queues up behind it

        self.demo.simulator.write(self.demo.customer, "live")
        data = first.read_json()["data"]
        self.assertEqual((data["text"], data["body"], data["type"]), ("live", "live", "text"))
        self.assertEqual(data["fromNumber"], "+" + self.demo.customer)
        self.assertEqual(data["poolNumberId"], self.demo.ready["channel_id"])
        scoped = self.connect(conversationId=self.demo.conversation)
        self.demo.simulator.write(self.demo.customer, "for both")
        self.assertEqual([client.read_json()["data"]["text"] for client in (first, scoped)], ["for both"] * 2)

        first.end()
        scoped.end()
        before = self.queued()
        texts = [f"while away {n}" for n in range(4)]
        for text in texts:
            self.demo.simulator.write(self.demo.customer, text)
        wait_until(lambda: self.queued() >= before + len(texts), "the messages in the queue")
        begin = time.monotonic()
        again = self.connect()
        self.assertEqual([again.read_json()["data"]["text"] for _ in texts], texts)
        self.assertGreater(time.monotonic() - begin, 0.75 * (len(texts) - 1) - 0.1)


class LiveFiles(DemoTest):
    def test_a_file_comes_with_its_message(self):
        client = WebSocket(self.demo.base_url, apiKey=self.demo.key)
        self.addCleanup(client.end)
        client.read_json()
        _, customer = self.new_conversation()
        self.demo.simulator.write(customer, type="image", text=None,
                                  image={"data_base64": base64.b64encode(PNG).decode(), "mime_type": "image/png", "caption": "a dot"})
        while True:
            data = client.read_json()["data"]
            if data["type"] == "image":
                break
        self.assertEqual((data["text"], data["media"]["mimeType"], data["media"]["byteSize"]), ("a dot", "image/png", len(PNG)))
        link = call("GET", self.demo.base_url + data["media"]["downloadUrl"], key=self.key)
        self.assertEqual(link.status, 302, link)


class WebSocketStop(DemoTest):
    def test_a_stopping_gateway_says_going_away(self):
        client = WebSocket(self.demo.base_url, apiKey=self.key)
        self.addCleanup(client.end)
        client.read_json()
        self.demo.process.child.send_signal(signal.SIGTERM)
        self.assertEqual(client.close_code(), 1001)


if __name__ == "__main__":
    unittest.main()

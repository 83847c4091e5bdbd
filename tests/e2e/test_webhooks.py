"""What happens is told to tenants' endpoints: signed, in order, at least once, also after a crash of ours or theirs."""
import base64
import collections
import concurrent.futures
import contextlib
import gzip
import hashlib
import hmac
import http.server
import json
import shutil
import socket
import struct
import tempfile
import threading
import time
import unittest

from support import Demo, call, free_port, memory_mib, wait_until


class Endpoint:
    """An application's webhook endpoint. Answers `status`, or what `decide(call)` says. Gives out `files`: (type, bytes) by path."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.calls = []
        self.status = 200
        self.decide = None
        self.files = {}
        self.headers = {}
        self.answer = b""
        self.lock = threading.Lock()
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received = {"headers": {name.lower(): value for name, value in self.headers.items()}, "raw": body, "body": json.loads(body)}
                with endpoint.lock:
                    endpoint.calls.append(received)
                    status = endpoint.decide(received) if endpoint.decide else endpoint.status
                self.send_response(status)
                for name, value in endpoint.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(endpoint.answer)))
                self.end_headers()
                self.wfile.write(endpoint.answer)

            def do_GET(self):
                found = endpoint.files.get(self.path)
                kind, content = found or ("text/plain", b"")
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *arguments):
                pass  # a gateway that is killed resets its connections

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def texts(self):
        """The texts of received messages, in the order of the calls that were acknowledged."""
        with self.lock:
            return [text for text in (text_in(received["body"]) for received in self.calls) if text is not None]


def text_in(body):
    if "data" in body:
        return (body["data"].get("message") or {}).get("text")
    messages = body["entry"][0]["changes"][0]["value"].get("messages") or [{}]
    return (messages[0].get("text") or {}).get("body")


class Webhooks(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.endpoint = Endpoint()
        self.addCleanup(lambda: self.endpoint.close())
        self.start()
        self.addCleanup(lambda: self.demo.process.kill())

    def start(self):
        self.demo = Demo(self.directory + "/data", "--egress-allow", "127.0.0.1", "--egress-ports", self.endpoint.port)

    def subscribe(self, **fields):
        answer = self.demo.admin("POST", "/subscriptions", {"tenant_id": self.demo.tenant, "url": self.endpoint.url, **fields})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def counts(self, subscription):
        return self.demo.admin("GET", "/subscriptions/" + subscription["id"]).json["deliveries"]

    def write(self, *texts, customer=None):
        for text in texts:
            self.demo.simulator.write(customer or self.demo.customer, text)

    def wait_for_texts(self, texts, seconds=20):
        wait_until(lambda: len(self.endpoint.texts()) >= len(texts), f"{texts} at the endpoint", seconds)
        self.assertEqual(self.endpoint.texts(), texts)

    def test_a_customers_message_and_what_became_of_an_answer_arrive_signed(self):
        subscription = self.subscribe()
        self.assertTrue(subscription["secret"].startswith("whsec_"))
        self.write("Is my order ready?")
        self.wait_for_texts(["Is my order ready?"])
        sent = self.demo.send(self.demo.key, self.demo.conversation, text="Yes")
        self.assertEqual(sent.status, 200, sent)
        kinds = lambda: [received["body"]["type"] for received in self.endpoint.calls]
        wait_until(lambda: kinds().count("message.status") >= 3, "sent, delivered and read")
        self.assertLess(kinds().index("message.accepted"), kinds().index("message.sent"))
        key = base64.b64decode(subscription["secret"].removeprefix("whsec_"))
        for received in self.endpoint.calls:
            headers = received["headers"]
            content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received["raw"]
            expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
            self.assertEqual(headers["webhook-signature"], expected)
            self.assertEqual(headers["webhook-id"], received["body"]["id"])
            self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
        wait_until(lambda: self.counts(subscription)["pending"] == 0, "everything acknowledged")
        counts = self.counts(subscription)
        self.assertEqual(counts["journaled"], counts["acked"])
        self.assertEqual(counts["dead"], 0)

    def test_the_pipes_and_graph_formats(self):
        self.subscribe(format="pipes", secret="0123456789abcdef")
        self.subscribe(format="graph", secret="fedcba9876543210")
        self.write("hello")
        wait_until(lambda: len(self.endpoint.calls) >= 2, "both")
        pipes = next(received for received in self.endpoint.calls if "pipes" in received["body"])
        graph = next(received for received in self.endpoint.calls if "pipes" not in received["body"])
        self.assertEqual(pipes["headers"]["x-pipes-signature"], hmac.new(b"0123456789abcdef", pipes["raw"], hashlib.sha256).hexdigest())
        self.assertEqual(pipes["body"]["pipes"]["conversationId"], self.demo.conversation)
        self.assertEqual(pipes["body"]["pipes"]["poolNumberId"], self.demo.ready["channel_id"])
        self.assertEqual(graph["headers"]["x-hub-signature-256"], "sha256=" + hmac.new(b"fedcba9876543210", graph["raw"], hashlib.sha256).hexdigest())
        value = graph["body"]["entry"][0]["changes"][0]["value"]
        self.assertEqual(value["metadata"]["phone_number_id"], self.demo.ready["phone_number_id"])
        self.assertTrue(value["messages"][0]["id"].startswith("wamid."))

    def test_one_failing_conversation_is_retried_in_order_and_holds_up_nobody_else(self):
        failures = collections.Counter()

        def decide(received):
            text = text_in(received["body"])
            if text == "first" and failures["first"] < 1:
                failures["first"] += 1
                return 500
            return 200

        self.endpoint.decide = decide
        self.subscribe(kinds=["message.received"])
        other = "99900008880"
        self.write("first", "second")
        self.write("other", customer=other)
        wait_until(lambda: len(self.endpoint.texts()) >= 4, "all of them")
        texts = self.endpoint.texts()
        self.assertEqual([text for text in texts if text != "other"], ["first", "first", "second"])
        self.assertLess(texts.index("other"), 2, texts)

    def test_a_conversation_that_is_held_up_survives_a_crash_whole_and_in_order(self):
        subscription = self.subscribe(kinds=["message.received"])
        self.endpoint.decide = lambda received: 500 if text_in(received["body"]).startswith("held") else 200
        held = [f"held {n}" for n in range(100)]
        self.write(*held)
        self.write("other", customer="99900008880")
        wait_until(lambda: "other" in self.endpoint.texts(), "the other conversation's")
        set_aside = lambda: self.demo.metric("wherry_webhook_set_aside_events")
        wait_until(lambda: set_aside() == len(held), "all of them set aside")
        self.demo.process.kill()
        self.endpoint.decide = None
        self.start()
        wait_until(lambda: self.counts(subscription)["pending"] == 0, "everything acknowledged", 30)
        self.assertEqual(self.counts(subscription), {"journaled": 101, "acked": 101, "pending": 0, "dead": 0})
        texts = self.endpoint.texts()
        self.assertEqual(texts.count("other"), 1)
        self.assertEqual(list(dict.fromkeys(text for text in texts if text != "other")), held)
        self.assertTrue(all(texts.count(text) == 1 for text in held[1:]), texts)

    def test_what_came_while_the_application_was_down_arrives_in_order_when_it_is_back(self):
        subscription = self.subscribe(kinds=["message.received"])
        self.endpoint.close()
        texts = [f"message {n}" for n in range(12)]
        self.write(*texts)
        wait_until(lambda: self.demo.metric("wherry_inbox_events_total{kind=\"message\"}") >= 13, "all of them on disk")
        self.endpoint = Endpoint(self.endpoint.port)
        self.wait_for_texts(texts, 40)
        wait_until(lambda: self.counts(subscription) == {"journaled": 12, "acked": 12, "pending": 0, "dead": 0}, "balance")

    def test_a_crash_loses_nothing_and_a_repeat_has_the_same_id(self):
        subscription = self.subscribe(kinds=["message.received"])
        texts = [f"message {n}" for n in range(60)]
        writer = threading.Thread(target=self.write, args=texts)
        writer.start()
        wait_until(lambda: len(self.endpoint.calls) > 10, "deliveries under way")
        writer.join()
        self.demo.process.kill()
        self.endpoint.status = 200
        # The demo's simulator went down with it; what it had not handed over is its own, so only what is journaled counts.
        self.start()
        wait_until(lambda: self.counts(subscription)["pending"] == 0, "everything acknowledged")
        counts = self.counts(subscription)
        self.assertEqual(counts["journaled"], counts["acked"])
        by_id = {}
        for received in self.endpoint.calls:
            by_id.setdefault(received["headers"]["webhook-id"], set()).add(text_in(received["body"]))
        self.assertTrue(all(len(told) == 1 for told in by_id.values()))
        self.assertEqual(len(by_id), counts["journaled"])
        firsts = list(dict.fromkeys(self.endpoint.texts()))
        self.assertEqual(firsts, texts[:len(firsts)])

    def test_pipes_gives_up_after_three_tries_and_the_dead_letter_can_be_replayed(self):
        subscription = self.subscribe(format="pipes")
        self.endpoint.status = 503
        self.write("lost?")
        path = "/subscriptions/" + subscription["id"]
        letters = wait_until(lambda: self.demo.admin("GET", path + "/dead-letters").json["data"], "a dead letter", 20)
        self.assertEqual(len(self.endpoint.calls), 3)
        self.assertEqual((letters[0]["attempts"], letters[0]["status"], letters[0]["error"]), (3, 503, "HTTP 503"))
        self.assertEqual(self.counts(subscription)["dead"], 1)
        self.endpoint.status = 200
        replayed = self.demo.admin("POST", path + "/replay", {"dead": True})
        self.assertEqual((replayed.status, replayed.json), (202, {"replayed": 1}))
        wait_until(lambda: self.counts(subscription)["acked"] == 1, "the replay acknowledged")
        self.assertEqual(self.demo.admin("GET", path + "/dead-letters").json["data"], [])

    def test_a_long_answer_acknowledges_too(self):
        subscription = self.subscribe(kinds=["message.received"])
        for size in (5000, 5_000_000):
            self.endpoint.answer = b"x" * size
            self.write(f"answered with {size}")
        wait_until(lambda: self.counts(subscription)["acked"] == 2, "both acknowledged")
        self.assertEqual(self.endpoint.texts(), ["answered with 5000", "answered with 5000000"])

    def test_gone_disables_and_enabling_goes_on_where_it_stopped(self):
        subscription = self.subscribe(kinds=["message.received"])
        path = "/subscriptions/" + subscription["id"]
        self.endpoint.status = 410
        self.write("one")
        wait_until(lambda: not self.demo.admin("GET", path).json["enabled"], "the endpoint disabled")
        self.assertIn("410", self.demo.admin("GET", path).json["disabled_reason"])
        self.write("two")
        self.endpoint.status = 200
        self.assertEqual(self.demo.admin("PATCH", path, {"enabled": True}).status, 200)
        wait_until(lambda: self.endpoint.texts()[-1:] == ["two"], "both messages", 20)
        self.assertEqual(self.endpoint.texts(), ["one", "one", "two"])

    def test_an_endpoint_inside_is_refused_and_bad_subscriptions_are_named(self):
        inside = self.subscribe(url=f"http://169.254.169.254:{self.endpoint.port}/latest/meta-data")
        tested = self.demo.admin("POST", f"/subscriptions/{inside['id']}/test")
        self.assertEqual((tested.status, tested.json["acknowledged"], tested.json["status"]), (200, False, 0))
        self.assertIn("not public", tested.json["error"])
        for body in ({"url": "ftp://x.example"}, {"url": "https://x.example", "format": "soap"}, {"url": "https://x.example", "secret": "short"},
                     {"url": "https://x.example", "kinds": ["message.sent"], "format": "pipes"}, {"url": "https://x.example", "surprise": 1},
                     {"url": "https://x.example/a b"}, {"url": "https://x.example", "format": "pipes", "asymmetric": True}):
            answer = self.demo.admin("POST", "/subscriptions", {"tenant_id": self.demo.tenant, **body})
            self.assertEqual(answer.status, 400, answer)
            self.assertTrue(answer.json["detail"])

    def test_the_test_call_says_what_the_endpoint_answered_and_journals_nothing(self):
        subscription = self.subscribe(format="pipes", secret="0123456789abcdef")
        answer = self.demo.admin("POST", f"/subscriptions/{subscription['id']}/test")
        self.assertEqual(answer.json, {"acknowledged": True, "status": 200, "error": None})
        self.assertEqual(self.endpoint.texts(), ["This is a test of your endpoint."])
        self.assertEqual(self.counts(subscription)["journaled"], 0)

    def test_a_new_secret_signs_beside_the_old_one_until_that_is_forgotten(self):
        subscription = self.subscribe(kinds=["message.received"])
        path = "/subscriptions/" + subscription["id"]
        changed = self.demo.admin("PATCH", path, {"secret": ""}).json
        self.assertNotEqual(changed["secret"], subscription["secret"])
        self.write("during")
        self.wait_for_texts(["during"])
        self.assertEqual(len(self.endpoint.calls[0]["headers"]["webhook-signature"].split()), 2)
        self.assertNotIn("secret", self.demo.admin("PATCH", path, {"forget_previous_secret": True}).json)
        self.write("after")
        self.wait_for_texts(["during", "after"])
        self.assertEqual(len(self.endpoint.calls[1]["headers"]["webhook-signature"].split()), 1)


class RawEndpoint:
    """Answers each call with whatever `behave(connection)` does once the request is there."""

    def __init__(self, behave):
        self.calls = 0
        self.behave = behave
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.calls += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(30)
                received = b""
                while b"\r\n\r\n" not in received:
                    received += connection.recv(65536)
                self.behave(self, connection)

    def close(self):
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def say(text):
    return lambda endpoint, connection: connection.sendall(text if isinstance(text, bytes) else text.encode())


def cut_off(endpoint, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all")
    time.sleep(0.2)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(endpoint, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not endpoint.closing.is_set():
        connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")


def bomb(endpoint, connection):
    body = gzip.compress(bytes(50 << 20))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def dribble(endpoint, connection):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
        if endpoint.closing.wait(1):
            return
        connection.sendall(bytes([byte]))


def late(endpoint, connection):
    if not endpoint.closing.wait(12):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def long_head(endpoint, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not endpoint.closing.is_set():
        connection.sendall(b"X-More: " + b"x" * 4000 + b"\r\n")


class HostileEndpoints(unittest.TestCase):
    """What an endpoint may answer, and whether it counts. The pipes format waits ten seconds."""

    def test_each_is_told_apart_in_its_time_and_costs_no_memory(self):
        inside = RawEndpoint(say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        self.addCleanup(inside.close)
        empty = "\r\nContent-Length: 0\r\n\r\n"
        cases = {
            "204": (say("HTTP/1.1 204 No Content\r\n\r\n"), (True, 204)),
            "a 200 that is cut off": (cut_off, (True, 200)),
            "an endless 200": (endless, (True, 200)),
            "a gzip bomb": (bomb, (True, 200)),
            "a redirect to the inside": (say(f"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:{inside.port}/" + empty), (False, 301)),
            "throttled": (say("HTTP/1.1 429 Slow\r\nRetry-After: 99999999999" + empty), (False, 429)),
            "throttled until the past": (say("HTTP/1.1 429 Slow\r\nRetry-After: -1" + empty), (False, 429)),
            "no HTTP": (say("SSH-2.0-OpenSSH_9.2\r\n"), (False, 0)),
            "nothing": (say(""), (False, 0)),
            "a head by the byte": (dribble, (False, 0)),
            "a head without end": (long_head, (False, 0)),
            "a 200 after the timeout": (late, (False, 0)),
        }
        endpoints = {name: RawEndpoint(behave) for name, (behave, _) in cases.items()}
        for endpoint in endpoints.values():
            self.addCleanup(endpoint.close)
        directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        ports = ",".join(str(endpoint.port) for endpoint in [inside, *endpoints.values()])
        demo = Demo(directory + "/data", "--egress-allow", "127.0.0.1", "--egress-ports", ports)
        self.addCleanup(demo.process.kill)
        before = memory_mib(demo.process.pid)

        def probe(name):
            subscription = demo.admin("POST", "/subscriptions", {"tenant_id": demo.tenant, "format": "pipes",
                                                                 "url": f"http://127.0.0.1:{endpoints[name].port}/hook"}).json
            begin = time.monotonic()
            answer = demo.admin("POST", f"/subscriptions/{subscription['id']}/test").json
            return name, answer, time.monotonic() - begin

        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            results = list(pool.map(probe, cases))
        for name, answer, took in results:
            with self.subTest(name):
                self.assertEqual((answer["acknowledged"], answer["status"]), cases[name][1], answer)
                self.assertLess(took, 11.5)
                self.assertEqual(endpoints[name].calls, 1)
        self.assertEqual(inside.calls, 0, "redirects are not followed")
        self.assertLess(memory_mib(demo.process.pid, "VmHWM") - before, 16)


if __name__ == "__main__":
    unittest.main()

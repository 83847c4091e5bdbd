"""Proof of custody: timelines, the event cursor, the event stream, the audit, the trace command."""
import http.client
import json
import queue
import subprocess
import threading
import time
import urllib.parse

from support import BINARY, DemoTest, call, wait_until


class Stream:
    """A reader of Server-Sent Events in a thread of its own."""

    def __init__(self, base_url, path, admin_key, headers=None):
        parts = urllib.parse.urlsplit(base_url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {admin_key}", **(headers or {})})
        self.response = self.connection.getresponse()
        self.events = queue.Queue()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        event = {}
        try:
            for line in self.response:
                line = line.decode().rstrip("\n")
                if not line:
                    if "data" in event:
                        self.events.put(event)
                    event = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    event[name] = value
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.events.put(None)

    def next(self, seconds=15):
        event = self.events.get(timeout=seconds)
        return None if event is None else {**event, "data": json.loads(event["data"])}

    def until(self, name, seconds=15):
        end = time.monotonic() + seconds
        while True:
            event = self.next(max(0.01, end - time.monotonic()))
            if event is None or event["event"] == name:
                return event

    def close(self):
        self.connection.close()


class Proof(DemoTest):
    def timeline(self, message, status=200):
        answer = self.demo.admin("GET", f"/messages/{message}/timeline")
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def events(self, **query):
        answer = self.demo.admin("GET", "/events?" + urllib.parse.urlencode({"tenant_id": self.demo.tenant, **query}))
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def stream(self, headers=None, **query):
        path = "/admin/v1/events/stream?" + urllib.parse.urlencode({"tenant_id": self.demo.tenant, **query})
        stream = Stream(self.demo.base_url, path, self.demo.admin_key, headers)
        self.addCleanup(stream.close)
        return stream

    def send(self, conversation, text="proof"):
        answer = self.demo.send(self.key, conversation, text=text)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["messageId"]

    def test_a_timeline_tells_accept_attempt_and_every_status_with_both_times(self):
        conversation, _ = self.new_conversation()
        wamid = self.send(conversation)
        wait_until(lambda: self.demo.state_of(wamid) == "read", "it to be read")
        timeline = self.timeline(wamid)
        self.assertEqual(timeline["direction"], "outbound")
        self.assertTrue(timeline["complete"])
        self.assertEqual([step["event"] for step in timeline["data"][:2]], ["message.accepted", "message.sent"])
        sent = timeline["data"][1]
        self.assertEqual(sent["wamid"], wamid)
        self.assertEqual(sent["attempt"]["number"], 1)
        self.assertLessEqual(sent["attempt"]["started_at"], sent["recorded_at"])
        statuses = [step for step in timeline["data"] if step["event"] == "message.status"]
        self.assertEqual({step["status"] for step in statuses}, {"sent", "delivered", "read"})
        for step in statuses:
            self.assertLessEqual(step["at"], step["recorded_at"])
        self.assertEqual(timeline["data"], sorted(timeline["data"], key=lambda step: step["sequence"]))
        self.assertEqual(self.timeline(timeline["message_id"]), self.timeline(wamid))
        self.timeline("msg_00000000000000000000000000", 404)

    def test_a_refused_attempt_and_the_next_one_are_both_there(self):
        customer = "99911304291"  # throttled (130429) once, then fine
        conversation, _ = self.new_conversation(customer)
        wamid = self.send(conversation)
        steps = [step for step in self.timeline(wamid)["data"] if step["event"] != "message.status"]
        self.assertEqual([step["event"] for step in steps], ["message.accepted", "message.retrying", "message.sent"])
        refused = steps[1]
        self.assertEqual(refused["attempt"]["number"], 1)
        self.assertEqual(refused["error"]["code"], 130429)
        self.assertTrue(refused["error"]["fbtrace_id"])
        self.assertGreaterEqual(refused["attempt"]["http_status"], 400)
        self.assertGreater(refused["next_attempt_at"], refused["recorded_at"])
        self.assertEqual(steps[2]["attempt"]["number"], 2)
        self.assertGreaterEqual(steps[2]["attempt"]["started_at"], refused["next_attempt_at"])
        errors = call("GET", self.demo.base_url + "/metrics").body.decode()
        self.assertIn('wherry_meta_errors_total{code="130429"}', errors)

    def test_an_inbound_message_has_a_timeline_with_its_file(self):
        conversation, customer = self.new_conversation()
        after = self.events(limit=1, after=10**9)["last"]
        self.demo.simulator.write(customer, type="image", text=None, image={"data_base64": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "mime_type": "image/png"})
        fetched = wait_until(lambda: self.events(after=after, kind="media.fetched")["data"], "the file")[0]
        timeline = self.timeline(fetched["message_id"])
        self.assertEqual(timeline["direction"], "inbound")
        self.assertEqual(timeline["conversation_id"], conversation)
        self.assertEqual([step["event"] for step in timeline["data"]], ["message.received", "media.fetched"])
        self.assertEqual(timeline["data"][1]["media"]["mime_type"], "image/png")

    def test_the_event_cursor_walks_every_event_once(self):
        conversation, _ = self.new_conversation()
        self.send(conversation)
        last = self.events(limit=1)["last"]
        cursor, seen = 0, []
        while cursor < last:
            page = self.events(after=cursor, limit=3)
            seen += [event["sequence"] for event in page["data"]]
            self.assertGreater(page["next_after"], cursor)
            cursor = page["next_after"]
        self.assertEqual(seen[:last], list(range(1, last + 1)))
        only = self.events(kind="message.accepted")["data"]
        self.assertEqual({event["event"] for event in only}, {"message.accepted"})
        for path in ("/events", "/events?tenant_id=x", f"/events?tenant_id={self.demo.tenant}&after=-1", f"/events?tenant_id={self.demo.tenant}&limit=0"):
            answer = self.demo.admin("GET", path)
            self.assertEqual(answer.status, 400, path)
            self.assertIs(answer.json["retryable"], False)

    def test_a_stream_gives_what_was_and_what_comes_in_order(self):
        conversation, _ = self.new_conversation()
        stream = self.stream()
        self.assertEqual(stream.response.getheader("Content-Type"), "text/event-stream")
        first = stream.next()
        self.assertEqual((first["id"], first["data"]["sequence"]), ("1", 1))
        last = self.events(limit=1)["last"]
        while stream.next()["id"] != str(last):
            pass
        begin = time.monotonic()
        wamid = self.send(conversation)
        sent = stream.until("message.sent")
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(sent["data"]["body"]["wamid"], wamid)
        self.assertEqual(sent["data"]["conversation_id"], conversation)

    def test_a_stream_goes_on_after_the_last_event_id(self):
        conversation, _ = self.new_conversation()
        self.send(conversation)
        stream = self.stream(headers={"Last-Event-ID": "3"}, after=0)
        self.assertEqual([stream.next()["id"] for _ in range(2)], ["4", "5"])
        kinds = self.stream(kind="message.received")
        self.assertEqual(kinds.next()["event"], "message.received")
        refused = self.stream(headers={"Last-Event-ID": "x"})
        self.assertEqual(refused.response.status, 400)

    def test_two_hundred_sends_reach_a_stream_without_a_gap(self):
        conversations = [self.new_conversation()[0] for _ in range(4)]
        stream = self.stream(after=self.events(limit=1)["last"])
        first = self.events(limit=1)["last"] + 1
        threads = [threading.Thread(target=lambda c=c: [self.send(c) for _ in range(10)]) for c in conversations]
        for thread in threads:
            thread.start()
        sent, expected = 0, None
        while sent < 40:
            event = stream.next()
            if expected is not None:
                self.assertEqual(int(event["id"]), expected)
            expected = int(event["id"]) + 1
            sent += event["event"] == "message.sent"
        for thread in threads:
            thread.join()
        self.assertGreaterEqual(expected, first + 80)

    def test_messages_are_listed_by_filter(self):
        conversation, _ = self.new_conversation()
        wamids = [self.send(conversation) for _ in range(3)]
        page = self.demo.admin("GET", f"/messages?conversation_id={conversation}&limit=2").json
        self.assertEqual([message["wamid"] for message in page["data"]], [wamids[2], wamids[1]])
        rest = self.demo.admin("GET", f"/messages?conversation_id={conversation}&limit=2&cursor={page['next_cursor']}").json
        self.assertEqual([message["wamid"] for message in rest["data"]], [wamids[0]])
        created = rest["data"][0]["created_at"]
        for query, count in (("state=failed", 0), (f"since={created}", 3), (f"until={created}", 0), (f"tenant_id={self.demo.tenant}", 3)):
            found = self.demo.admin("GET", f"/messages?conversation_id={conversation}&{query}").json["data"]
            self.assertEqual(len(found), count, query)
        for query in ("state=lost", "since=yesterday", "limit=501", "channel_id=1", "cursor=x"):
            self.assertEqual(self.demo.admin("GET", f"/messages?{query}").status, 400, query)

    def test_the_books_balance(self):
        conversation, _ = self.new_conversation()
        for _ in range(5):
            self.send(conversation)
        books = self.demo.admin("GET", f"/audit?tenant_id={self.demo.tenant}").json
        self.assertTrue(books["balanced"], books)
        outbound = books["outbound"]
        self.assertEqual(outbound["accepted"], sum(outbound[state] for state in ("queued", "sent", "delivered", "read", "played", "failed", "uncertain")))
        self.assertGreaterEqual(outbound["accepted"], 5)
        self.assertEqual(books["inbound"]["stored"], books["inbound"]["journaled"])
        self.assertEqual(books["journal"]["missing"], 0)
        self.assertEqual(self.demo.admin("GET", "/audit").status, 400)

    def test_trace_tells_it_to_people(self):
        conversation, _ = self.new_conversation()
        wamid = self.send(conversation)
        wait_until(lambda: self.demo.state_of(wamid) == "read", "it to be read")
        command = [BINARY, "trace", wamid, "--url", self.demo.base_url, "--admin-key", self.demo.admin_key]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("outbound text msg_", "message.accepted", "attempt 1", wamid, "message.status", "read"):
            self.assertIn(part, done.stdout)
        raw = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=30)
        self.assertEqual(json.loads(raw.stdout)["wamid"], wamid)
        missing = subprocess.run([*command[:2], "msg_x", *command[3:]], capture_output=True, text=True, timeout=30)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("no such message", missing.stderr)

    def test_the_metrics_tell_signs_of_life(self):
        conversation, _ = self.new_conversation()
        self.send(conversation)
        channel = self.demo.ready["channel_id"]
        for name in ("wherry_channel_last_sent_timestamp_seconds", "wherry_channel_last_inbound_timestamp_seconds"):
            self.assertLess(abs(self.demo.metric(f'{name}{{channel="{channel}"}}') - time.time()), 60, name)
        self.assertLess(self.demo.metric("wherry_outbox_oldest_age_seconds"), 60)
        last = self.events(limit=1)["last"]
        self.assertGreaterEqual(self.demo.metric(f'wherry_journal_last_sequence{{tenant="{self.demo.tenant}"}}'), last)
        self.assertEqual(self.demo.metric("wherry_journal_dropped_total"), 0)


class StreamAtTheEnd(DemoTest):
    def test_a_stream_ends_when_the_server_stops_and_does_not_hold_it_up(self):
        stream = Stream(self.demo.base_url, f"/admin/v1/events/stream?tenant_id={self.demo.tenant}", self.demo.admin_key)
        self.addCleanup(stream.close)
        stream.next()
        seconds, status = self.demo.process.stop()
        self.assertEqual(status, 0)
        self.assertLess(seconds, 3)
        while stream.next(5) is not None:
            pass

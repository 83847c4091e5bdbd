"""The event stream of linked numbers: everything, in order, and taken up where it was left."""
import json

from linked_world import LinkedTest
from raw_websocket import Refused, WebSocket


class Stream(LinkedTest):
    def ticket(self, **filters):
        return self.assert_ok(self.gateway.api("POST", "/realtime/ticket", filters))["ticket"]

    def open(self, since=None, **filters):
        query = {"ticket": self.ticket(**filters), **({"since": since} if since else {})}
        socket = WebSocket(self.gateway.base_url, "/api/v1/realtime", **query)
        self.addCleanup(socket.end)
        return socket

    def read_until(self, socket, fits):
        events = []
        while not events or not fits(events[-1]):
            _, payload = socket.read()
            self.assertTrue(payload, "the stream ended")
            events.append(json.loads(payload))
        return events

    def test_it_tells_what_webhooks_tell_and_resumes_after_a_restart(self):
        number, bob = self.number(), self.person()
        socket = self.open(sessions=[number.session])
        sent = self.wa.post("/phone/burst", **{"from": bob.pn, "to": number.pn, "count": 20})["ids"]
        heard = self.read_until(socket, lambda event: event["payload"].get("waMessageId") == sent[-1])
        self.assertEqual([event["payload"]["waMessageId"] for event in heard if event["event"] == "message"], sent)
        self.gateway.restart()
        more = self.wa.post("/phone/burst", **{"from": bob.pn, "to": number.pn, "count": 20})["ids"]
        number.event("message", waMessageId=more[-1])
        again = self.open(since=heard[9]["id"], sessions=[number.session])
        rest = self.read_until(again, lambda event: event["payload"].get("waMessageId") == more[-1])
        self.assertEqual([event["id"] for event in rest[:len(heard) - 10]], [event["id"] for event in heard[10:]])
        told = {event["id"]: event for event in number.events()}
        self.assertEqual([told[event["id"]] for event in heard + rest], heard + rest)

    def test_a_ticket_opens_one_stream_of_what_was_asked_for(self):
        number, bob = self.number(), self.person()
        ticket = self.ticket(events=["session.status"], sessions=[number.session])
        socket = WebSocket(self.gateway.base_url, "/api/v1/realtime", ticket=ticket)
        self.addCleanup(socket.end)
        with self.assertRaises(Refused) as refused:
            WebSocket(self.gateway.base_url, "/api/v1/realtime", ticket=ticket)
        self.assertEqual(refused.exception.status, 401)
        number.event("message", waMessageId=bob.write(number))
        number.act("stop")
        [event] = self.read_until(socket, lambda event: True)
        self.assertEqual((event["event"], event["payload"]["status"]), ("session.status", "stopped"))

    def test_codes_that_link_a_phone_are_for_keys_that_may_manage(self):
        number = self.number(link=False)
        made = self.gateway.admin("POST", "/keys", {"tenant_id": self.gateway.tenant, "style": "sessions", "scopes": ["read"], "rate_limit": 0})
        reader = self.assert_ok(self.gateway.api("POST", "/realtime/ticket", {"sessions": [number.session]}, key=made.json["key"]))["ticket"]
        listening = WebSocket(self.gateway.base_url, "/api/v1/realtime", ticket=reader)
        self.addCleanup(listening.end)
        managing = self.open(sessions=[number.session])
        number.act("start")
        number.qr()
        number.act("stop")
        def is_end(event):
            return event["event"] == "session.status" and event["payload"]["status"] == "stopped"
        seen, shown = self.read_until(listening, is_end), self.read_until(managing, is_end)
        self.assertIn("auth.qr", [event["event"] for event in shown])
        self.assertEqual([event["id"] for event in seen], [event["id"] for event in shown if event["event"] != "auth.qr"])

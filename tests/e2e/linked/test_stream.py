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

"""One gateway, four doors: whatever is sent through one and whatever a customer writes is the same thing at all of them, with each one's names."""
import calendar
import shutil
import tempfile
import time
import unittest
import uuid

from raw_websocket import PING, PONG, WebSocket
from support import Demo, call, wait_until
from test_webhooks import Endpoint


def seconds_of(iso):
    return calendar.timegm(time.strptime(iso[:19], "%Y-%m-%dT%H:%M:%S"))


def seconds_of_date(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


class Doors(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.endpoints = {}
        for format in ("pipes", "graph", "standard", "pepipost", "magpipe"):
            self.endpoints[format] = Endpoint()
            self.addCleanup(self.endpoints[format].close)
        ports = ",".join(str(endpoint.port) for endpoint in self.endpoints.values())
        self.demo = Demo(self.directory + "/data", "--egress-allow", "127.0.0.1", "--egress-ports", ports)
        self.addCleanup(self.demo.process.kill)
        self.demo.admin("PATCH", f"/tenants/{self.demo.tenant}", {"rate_limits": {"magpipe": []}})  # the tests ask again and again
        made = self.demo.admin("POST", "/keys", {"tenant_id": self.demo.tenant, "style": "pepipost", "rate_limit": 0})
        self.pepipost_key = made.json["key"]

    def subscribe(self, *formats):
        for format in formats:
            fields = {"secret": "0123456789abcdef"} if format == "pipes" else {}
            answer = self.demo.admin("POST", "/subscriptions", {"tenant_id": self.demo.tenant, "url": self.endpoints[format].url, "format": format, **fields})
            self.assertEqual(answer.status, 201, answer)

    def told(self, format):
        with self.endpoints[format].lock:
            return [received["body"] for received in self.endpoints[format].calls]

    def function(self, name, body):
        answer = call("POST", f"{self.demo.base_url}/functions/v1/{name}", body, self.demo.ready["magpipe_key"])
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def send_through_pepipost(self, text):
        message = {"recipient_whatsapp": self.demo.customer, "message_type": "text", "type_text": [{"content": text}], "x-apiheader": "order-991"}
        answer = call("POST", self.demo.base_url + "/api/v2/message/", {"message": [message]}, self.pepipost_key)
        self.assertEqual(answer.json["status"], "success", answer)
        return answer.json["data"]["id"]

    def statuses_at(self, format, id, wamid):
        """[(status, Unix seconds)] of the message at a format's endpoint, in the order told."""
        found = []
        for body in self.told(format):
            if format == "pepipost":
                found += [(one["status"], seconds_of_date(one["received_at"])) for one in body.get("delivery_status", []) if one["ncmessage_id"] == id]
            elif format == "magpipe" and body.get("message_id") == wamid and body["event"] == "message.status_changed":
                found.append((body["status"], seconds_of(body["timestamp"])))
            elif format == "graph":
                statuses = body["entry"][0]["changes"][0]["value"].get("statuses", [])
                found += [(one["status"], int(one["timestamp"])) for one in statuses if one["id"] == wamid]
            elif format == "standard" and body["type"] == "message.status" and body["data"]["event"]["wamid"] == wamid:
                found.append((body["data"]["event"]["status"], seconds_of(body["timestamp"])))
        return found

    def test_a_message_sent_through_one_door_is_the_same_at_all(self):
        self.subscribe("pipes", "graph", "standard", "pepipost", "magpipe")
        id = self.send_through_pepipost("Your parcel left our depot.")
        stored = "msg_" + id
        wait_until(lambda: self.function("get-message", {"message_id": stored})["status"] == "read", "the message read")

        # The ids: Pepipost's is Magpipe's stored one; both are the admin door's message, whose wamid is WhatsApp's.
        message = next(one for one in self.demo.admin("GET", f"/messages?tenant_id={self.demo.tenant}").json["data"] if one["wamid"])
        wamid = message["wamid"]
        self.assertEqual(uuid.UUID(id).version, 7)
        self.assertEqual(len(self.demo.simulator.to(self.demo.customer)), 1, "it went out once")
        self.assertEqual(self.demo.simulator.message(wamid)["body"]["text"]["body"], "Your parcel left our depot.")
        read_back = self.function("get-message", {"message_id": wamid})
        self.assertEqual(read_back["id"], stored)
        listed = self.function("list-messages", {"direction": "outbound"})["messages"]
        self.assertEqual([one["id"] for one in listed], [stored])
        self.assertEqual({**read_back, **listed[0]}, read_back, "one message has one face")
        self.assertEqual((listed[0]["body"], listed[0]["to_number"], listed[0]["created_at"]),
                         ("Your parcel left our depot.", self.demo.customer, message["created_at"]))

        # The states, told to every format that tells states, agree with the admin door's; so do their times.
        self.assertEqual((message["state"], listed[0]["status"]), ("read", "read"))
        timeline = self.demo.admin("GET", f"/messages/{wamid}/timeline").json
        at = {step["status"]: seconds_of(step["at"]) for step in timeline["data"] if step["event"] == "message.status"}
        self.assertEqual(set(at), {"sent", "delivered", "read"})
        for format in ("graph", "standard", "magpipe", "pepipost"):
            wait_until(lambda: len(self.statuses_at(format, id, wamid)) >= 3, f"the states at {format}")
            told = self.statuses_at(format, id, wamid)
            with self.subTest(format):
                self.assertEqual([status for status, _ in told], ["sent", "delivered", "read"])
                for status, seconds in told[1:]:  # that it was sent Pepipost tells with our own time, not WhatsApp's
                    self.assertEqual(seconds, at[status], status)
        self.assertEqual(self.told("pipes"), [], "Pipes' webhooks tell what customers write, and nothing else")

    def incoming(self, format, wamid):
        """The customer's message as the format tells it; None while it has not."""
        for body in self.told(format):
            if format == "pepipost":
                found = next((one for one in body.get("incoming_message", []) if one["message_id"] == wamid), None)
            elif format == "magpipe":
                found = body if body["event"] == "whatsapp.received" and body["message_id"] == wamid else None
            else:
                found = body
            if found:
                return found
        return None

    def test_what_a_customer_writes_is_the_same_at_all(self):
        self.subscribe("pepipost", "magpipe")
        id = self.send_through_pepipost("Where shall we put it?")
        ours = wait_until(lambda: self.demo.simulator.to(self.demo.customer), "the question at the customer's")[0]["id"]
        client = WebSocket(self.demo.base_url, apiKey=self.demo.key)
        self.addCleanup(client.end)
        self.assertEqual(client.read_json()["type"], "connected")

        wamid = self.demo.simulator.write(self.demo.customer, "Next door", context={"message_id": ours})["id"]
        frame = client.read_json()["data"]
        while frame["text"] != "Next door":  # what the demo's customer wrote before anybody listened
            frame = client.read_json()["data"]
        pepipost = wait_until(lambda: self.incoming("pepipost", wamid), "Pepipost's callback")
        magpipe = wait_until(lambda: self.incoming("magpipe", wamid), "Magpipe's forward")
        row = self.function("list-messages", {"direction": "inbound", "limit": 1})["messages"][0]
        asked = self.function("get-message", {"message_id": "msg_" + id})

        self.assertEqual([frame["text"], pepipost["text_type"]["text"], magpipe["content"], row["body"]], ["Next door"] * 4)
        self.assertEqual([frame["fromNumber"], pepipost["from"], magpipe["from"], row["from_number"]],
                         ["+" + self.demo.customer] + [self.demo.customer] * 3)
        self.assertEqual(pepipost["context"], {"ncmessage_id": id, "message_id": ours, "x-apiheader": "order-991"})
        self.assertEqual(row["thread_id"], asked["thread_id"], "question and answer are of one conversation")
        self.assertEqual(frame["conversationId"], self.demo.conversation)
        self.assertEqual([int(pepipost["received_at"]), int(magpipe["timestamp"])], [seconds_of(frame["timestamp"])] * 2)

        self.subscribe("pipes")  # from now on the number's messages go there, and the socket is told nothing
        wamid = self.demo.simulator.write(self.demo.customer, "Or keep it")["id"]
        pipes = wait_until(lambda: self.incoming("pipes", wamid), "Pipes' webhook")
        magpipe = wait_until(lambda: self.incoming("magpipe", wamid), "Magpipe's forward")
        value = pipes["entry"][0]["changes"][0]["value"]
        told = value["messages"][0]
        summary = self.demo.admin("GET", f"/messages/{told['id']}/timeline").json
        self.assertEqual((told["text"]["body"], told["from"], value["contacts"][0]["wa_id"]), ("Or keep it", self.demo.customer, self.demo.customer))
        self.assertEqual(pipes["pipes"]["conversationId"], frame["conversationId"])
        self.assertEqual(pipes["pipes"]["poolNumberId"], frame["poolNumberId"])
        self.assertEqual((summary["wamid"], summary["direction"]), (wamid, "inbound"), "Pipes' id is the gateway's own")
        self.assertEqual(seconds_of(told["timestamp"]), int(magpipe["timestamp"]))
        client.send("", PING)
        self.assertEqual(client.read()[0], PONG, "nothing came to the socket")


if __name__ == "__main__":
    unittest.main()

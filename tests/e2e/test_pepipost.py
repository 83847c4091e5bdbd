"""The Pepipost door with the real binary: every type of message to its end, every type a customer may send, callbacks and their tries."""
import shutil
import tempfile
import unittest

from support import Demo, call, multipart, wait_until
from test_webhooks import Endpoint

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000d49444154789c626001000000ffff030000060005"
                    "57bfabd40000000049454e44ae426082")


class Pepipost(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.demo = Demo(self.directory + "/data", "--egress-allow", "127.0.0.1", "--egress-ports", self.endpoint.port)
        self.addCleanup(lambda: self.demo.process.kill())
        answer = self.demo.admin("POST", "/keys", {"tenant_id": self.demo.tenant, "style": "pepipost", "rate_limit": 0})
        self.assertEqual(answer.status, 201, answer)
        self.key = answer.json["key"]

    def post(self, path, body, headers=None):
        answer = call("POST", self.demo.base_url + "/api/v2" + path, body, self.key, headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def subscribe(self, **fields):
        answer = self.demo.admin("POST", "/subscriptions", {"tenant_id": self.demo.tenant, "url": self.endpoint.url, "format": "pepipost", **fields})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def source(self):
        return self.post("/source/", {"name": "shop"})["data"]["id"]

    def send(self, type, to=None, **members):
        return self.post("/message/", {"message": [{"recipient_whatsapp": to or self.demo.customer, "message_type": type, **members}]})

    def statuses(self, id):
        with self.endpoint.lock:
            return [one["status"] for received in self.endpoint.calls for one in received["body"].get("delivery_status", [])
                    if one["ncmessage_id"] == id]

    def incoming(self):
        with self.endpoint.lock:
            return [one for received in self.endpoint.calls for one in received["body"].get("incoming_message", [])]

    def test_every_type_of_message_is_read_and_each_step_is_told_in_order(self):
        self.subscribe()
        source = self.source()
        body, headers = multipart(PNG, "a.png", "image/png")
        media = self.post("/media/upload/", body, headers)["data"]["mediaId"]
        fetched = call("GET", f"{self.demo.base_url}/api/v2/media/{media}", key=self.key)
        self.assertEqual((fetched.body, fetched.headers["content-type"]), (PNG, "image/png"))
        sent = [
            self.send("text", type_text=[{"content": "Hello"}], **{"x-apiheader": "order-991"}),
            self.send("media", source=source, type_media=[{"attachments": [{"attachment_id": media, "caption": "It"}]}]),
            self.send("location", source=source, type_location=[{"longitude": 72.877, "latitude": 19.076}]),
            self.send("interactive", source=source, type_interactive=[{"type": "button", "body": "Keep it?", "action": [
                {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]}]}]),
        ]
        for answer in sent:
            self.assertEqual(answer["status"], "success", answer)
            id = answer["data"]["id"]
            wait_until(lambda: "read" in self.statuses(id), "the message read")
            self.assertEqual(self.statuses(id), ["sent", "delivered", "read"])
        first = next(one for received in self.endpoint.calls for one in received["body"].get("delivery_status", []))
        self.assertEqual((first["x-apiheader"], first["recipient"], first["status_remark"]), ("order-991", self.demo.customer, ""))
        self.assertRegex(first["received_at"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_opt_in_and_window_decide_what_may_be_sent(self):
        stranger = "919812345670"
        self.assertEqual(self.send("text", stranger, type_text=[{"content": "x"}])["error"], {"code": "8007", "message": "outside support window"})
        template = {"source": self.source(), "type_template": [{"name": self.demo.approved_template(), "language": {"locale": "en_US"}}]}
        self.assertEqual(self.send("template", stranger, **template)["error"]["code"], "8002")
        recipient = {"recipient": stranger, "source": "WEB"}
        self.assertEqual(self.post("/consent/manage/", {"type": "optin", "recipients": [recipient]})["message"], "Optin successfully added.")
        self.assertEqual(self.post("/consent/", {"phone_number": stranger})["data"]["optin_source"], "WEB")
        self.assertEqual(self.send("template", stranger, **template)["status"], "success")
        self.post("/consent/manage", {"type": "optout", "recipients": [recipient]})
        self.assertEqual(self.send("template", stranger, **template)["error"]["code"], "8002")

    def test_what_customers_write_and_answer_arrives(self):
        self.subscribe(edition=2, header_name="X-Caller", header_value="wherry")
        wamid = self.demo.simulator.write(self.demo.customer, "Where is it?")
        wait_until(self.incoming, "the message")
        told = self.incoming()[0]
        self.assertEqual((told["message_type"], told["text_type"], told["from"]), ("TEXT", {"text": "Where is it?"}, self.demo.customer))
        self.assertEqual(told["context"], {"ncmessage_id": "", "message_id": ""})
        self.assertEqual(self.endpoint.calls[0]["headers"]["x-caller"], "wherry")
        sent = self.send("text", type_text=[{"content": "Here"}])["data"]["id"]
        wait_until(lambda: self.statuses(sent), "the answer sent")
        ours = next(one["wamid"] for one in self.demo.admin("GET", f"/messages?tenant_id={self.demo.tenant}").json["data"] if one["wamid"])
        self.demo.simulator.write(self.demo.customer, type="reaction", reaction={"message_id": ours, "emoji": "x"})
        wait_until(lambda: len(self.incoming()) == 2, "the reaction")
        reaction = self.incoming()[1]
        self.assertEqual((reaction["message_type"], reaction["reaction_type"]), ("REACTION", {"emoji": "x"}))
        self.assertEqual(reaction["context"], {"ncmessage_id": sent, "message_id": ours})
        self.demo.simulator.write(self.demo.customer, type="location", location={"latitude": 19.076, "longitude": 72.877})
        wait_until(lambda: len(self.incoming()) == 3, "the place")
        self.assertEqual(self.incoming()[2]["location_type"]["latitude"], "19.076")

    def test_an_endpoint_that_fails_is_called_again(self):
        failures = [500]
        self.endpoint.decide = lambda received: failures.pop() if failures else 200
        subscription = self.subscribe()
        self.demo.simulator.write(self.demo.customer, "Hello?")
        wait_until(lambda: len(self.endpoint.calls) >= 2, "a second try")
        self.assertEqual(self.endpoint.calls[0]["body"], self.endpoint.calls[1]["body"])
        counts = lambda: self.demo.admin("GET", "/subscriptions/" + subscription["id"]).json["deliveries"]
        wait_until(lambda: counts()["acked"] == counts()["journaled"], "the books of the subscription")


if __name__ == "__main__":
    unittest.main()

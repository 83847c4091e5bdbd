"""The Pepipost door with the real binary: every type of message to its end, every type a customer may send, callbacks and their tries."""
import base64
import datetime
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
        self.begin()

    def begin(self, *settings):
        self.demo = Demo(self.directory + "/data", "--egress-allow", "127.0.0.1", "--egress-ports", self.endpoint.port,
                         "--media-urls-https-only", "false", *settings)
        self.addCleanup(self.demo.process.kill)
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

    def batches(self):
        """What was told of statuses, call by call."""
        with self.endpoint.lock:
            return [received["body"]["delivery_status"] for received in self.endpoint.calls if "delivery_status" in received["body"]]

    def told(self, id):
        return [one for batch in self.batches() for one in batch if one["ncmessage_id"] == id]

    def statuses(self, id):
        return [one["status"] for one in self.told(id)]

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
        first = self.batches()[0][0]
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

    def test_a_template_within_its_ttl_reaches_a_stranger_and_edition_2_tells_of_it(self):
        self.subscribe(edition=2)
        stranger = "99900001230"
        self.post("/consent/manage/", {"type": "optin", "recipients": [{"recipient": stranger, "source": "WEB"}]})
        template = {"source": self.source(), "ttl": 1, "type_template": [{"name": self.demo.approved_template(), "language": {"locale": "en_US"}}]}
        id = self.send("template", stranger, **template, **{"x-apiheader": "order-7"})["data"]["id"]
        wait_until(lambda: "read" in self.statuses(id), "the template read")
        self.assertEqual(self.statuses(id), ["sent", "delivered", "read"])
        delivered = self.told(id)[1]
        self.assertRegex(delivered["received_at"], r"^\d{10}$")
        channel = self.demo.admin("GET", f"/channels?tenant_id={self.demo.tenant}").json["data"][0]
        self.assertEqual((delivered["phoneNumber"], delivered["recipient"], delivered["x-apiheader"], delivered["source"]),
                         (channel["display_number"], stranger, "order-7", template["source"]))
        self.assertEqual(set(delivered["pricing"]), {"billable", "category", "pricing_model", "type"})
        message = next(one for one in self.demo.admin("GET", f"/messages?tenant_id={self.demo.tenant}").json["data"] if one["type"] == "template")
        self.assertEqual(message["expires_at"][:10], (datetime.date.fromisoformat(message["created_at"][:10]) + datetime.timedelta(1)).isoformat())

    def test_statuses_of_many_conversations_share_calls(self):
        self.subscribe()
        customers = [f"9990{n:06d}0" for n in range(2000, 2040)]
        for customer in customers:
            self.demo.simulator.write(customer)
        wait_until(lambda: len(self.incoming()) == len(customers), "what they wrote")
        sent = [self.send("text", customer, type_text=[{"content": "Hello"}])["data"]["id"] for customer in customers]
        for id in sent:
            wait_until(lambda: "read" in self.statuses(id), "the message read", 30)
            self.assertEqual(self.statuses(id), ["sent", "delivered", "read"])
        batches = self.batches()
        self.assertEqual(sum(map(len, batches)), 3 * len(sent))
        self.assertLess(len(batches), len(sent), "a call each would be three times as many")
        for batch in batches:
            self.assertLessEqual(len(batch), 100)
            self.assertEqual(len({one["recipient"] for one in batch}), len(batch), "two of one conversation")

    def test_a_call_of_many_that_fails_is_repeated_for_each_and_nothing_is_lost(self):
        failed = []
        def decide(received):
            batch = received["body"].get("delivery_status", [])
            if failed or len(batch) < 2:
                return 200
            failed.extend(batch)
            return 503
        self.endpoint.decide = decide
        subscription = self.subscribe()
        customers = [f"9990{n:06d}0" for n in range(2100, 2110)]
        for customer in customers:
            self.demo.simulator.write(customer)
        wait_until(lambda: len(self.incoming()) == len(customers), "what they wrote")
        sent = [self.send("text", customer, type_text=[{"content": "Hello"}])["data"]["id"] for customer in customers]
        again = {one["ncmessage_id"] for one in failed}
        for id in sent:
            wait_until(lambda: "read" in self.statuses(id), "the message read", 30)
            again = {one["ncmessage_id"] for one in failed}
            self.assertEqual(self.statuses(id), ["sent"] * (id in again) + ["sent", "delivered", "read"])
        self.assertGreaterEqual(len(again), 2)
        counts = lambda: self.demo.admin("GET", "/subscriptions/" + subscription["id"]).json["deliveries"]
        wait_until(lambda: counts()["acked"] == counts()["journaled"], "the books of the subscription")

    def test_a_file_behind_a_url_is_fetched_and_sent(self):
        self.endpoint.files["/a.png"] = ("image/png", PNG)
        attachment = {"attachment_url": f"http://127.0.0.1:{self.endpoint.port}/a.png", "attachment_type": "image", "caption": "Front"}
        self.assertEqual(self.send("media", type_media=[{"attachments": [attachment]}])["status"], "success")
        got = wait_until(lambda: self.demo.simulator.to(self.demo.customer), "the picture")[0]
        self.assertEqual((got["body"]["type"], got["body"]["image"]["caption"]), ("image", "Front"))
        missing = self.send("media", type_media=[{"attachments": [{**attachment, "attachment_url": attachment["attachment_url"] + "x"}]}])
        self.assertEqual(missing["error"]["code"], "8008")
        inside = self.send("media", type_media=[{"attachments": [{**attachment, "attachment_url": "http://10.0.0.1/a.png"}]}])
        self.assertEqual(inside["error"]["code"], "8008")

    def test_what_is_refused_late_is_taken_and_told_as_failed(self):
        self.demo.process.stop()
        self.begin("--pepipost-late-refusals", "true")
        self.subscribe()
        stranger = "919812345670"
        text = self.send("text", stranger, type_text=[{"content": "x"}])["data"]["id"]
        template = {"source": self.source(), "type_template": [{"name": self.demo.approved_template(), "language": {"locale": "en_US"}}]}
        template = self.send("template", stranger, **template)["data"]["id"]
        wait_until(lambda: self.told(text) and self.told(template), "both failures")
        self.assertEqual([(one["status"], one["status_remark"]) for one in self.told(text) + self.told(template)],
                         [("failed", "8007 outside support window"), ("failed", "8002 number is not opted in")])
        self.assertEqual(self.demo.simulator.to(stranger), [])

    def test_every_type_a_customer_may_send_is_told(self):
        self.subscribe()
        write = lambda type, **content: self.demo.simulator.write(self.demo.customer, type=type, **content)
        photo = {"data_base64": base64.b64encode(PNG).decode(), "mime_type": "image/png"}
        card = {"name": {"formatted_name": "Ben", "first_name": "Ben"}, "phones": [{"phone": "+1 555 010 7788"}]}
        write("image", image={**photo, "caption": "Broken"})
        write("contacts", contacts=[card])
        write("interactive", interactive={"type": "list_reply", "list_reply": {"id": "1", "title": "Dal", "description": "hot"}})
        write("button", button={"payload": "STOP", "text": "Stop"})
        write("order", order={"catalog_id": "7", "text": "soon", "product_items": []})
        write("document", document={**photo, "filename": "a.png"})
        wait_until(lambda: len(self.incoming()) == 6, "all of them")
        image, contacts, choice, button, order, document = self.incoming()
        self.assertEqual((image["message_type"], image["image_type"]["caption"], image["image_type"]["mime_type"]), ("IMAGE", "Broken", "image/png"))
        fetched = call("GET", f"{self.demo.base_url}/api/v2/media/{image['image_type']['id']}", key=self.key)
        self.assertEqual((fetched.status, fetched.body), (200, PNG))
        self.assertEqual((contacts["message_type"], contacts["contacts_type"][0]["name"]["formatted_name"]), ("CONTACTS", "Ben"))
        self.assertEqual(choice["interactive_type"], {"type": "list_reply", "list_reply": {"id": "1", "title": "Dal", "description": "hot"}})
        self.assertEqual((button["message_type"], button["text_type"]), ("button", {"payload": "STOP", "text": "Stop"}))
        self.assertEqual((order["message_type"], order["order_type"]["catalog_id"]), ("ORDER", "7"))
        self.assertEqual((document["message_type"], document["document_type"]["filename"]), ("DOCUMENT", "a.png"))

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

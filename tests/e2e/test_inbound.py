"""What customers write: through the signed webhook into a conversation that can be answered."""
import concurrent.futures
import hashlib
import hmac
import json
import re
import time
import unittest

from support import ROOT, DemoTest, call, text_of, wait_until


class Inbound(DemoTest):
    def test_a_new_customer_opens_a_conversation_that_can_be_answered(self):
        customer = "99900004210"
        self.demo.simulator.write(customer, "Is anybody there?", name="Ada")
        conversation = self.demo.conversation_with(customer)
        self.assertEqual(conversation["contact"], customer)
        self.assertEqual(conversation["contact_name"], "Ada")
        self.assertEqual(conversation["tenant_id"], self.demo.tenant)
        self.assertGreater(conversation["window_expires_at"], conversation["last_inbound_at"])
        answer = self.demo.send(self.key, conversation["id"], text="Yes, hello Ada")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([text_of(message) for message in self.demo.simulator.to(customer)], ["Yes, hello Ada"])

    def test_writing_again_stays_in_the_same_conversation(self):
        conversation, customer = self.new_conversation()
        self.demo.simulator.write(customer, "One more thing")
        before = self.demo.metric('wherry_inbox_events_total{kind="message"}')
        wait_until(lambda: self.demo.metric('wherry_inbox_events_total{kind="message"}') >= before, "the second message")
        found = self.demo.admin("GET", f"/conversations?contact={customer}").json["data"]
        self.assertEqual([item["id"] for item in found], [conversation])

    def test_two_thousand_customers_at_once_each_keep_their_name_number_and_words(self):
        names = {f"9991{n:06d}7": f"Customer {n}" for n in range(2000)}
        before = self.demo.admin("GET", f"/events?tenant_id={self.demo.tenant}&limit=1").json["last"]
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            writers = {customer: pool.submit(self.demo.simulator.write, customer, f"I am {name}", name=name) for customer, name in names.items()}
            wamids = {writer.result()["id"]: customer for customer, writer in writers.items()}
        wait_until(lambda: len(self.received_after(before)) >= len(names), "every customer to be heard", 60)
        conversations = self.all_conversations()
        heard = self.received_after(before)
        self.assertEqual(sorted(event["body"]["wamid"] for event in heard), sorted(wamids))
        for event in heard:
            customer, conversation = wamids[event["body"]["wamid"]], conversations[event["conversation_id"]]
            self.assertEqual((conversation["contact"], conversation["contact_name"]), (customer, names[customer]))

    def received_after(self, sequence):
        return [event for event in self.pages("/events", f"&after={sequence}", "after", "next_after") if event["event"] == "message.received"]

    def all_conversations(self):
        return {conversation["id"]: conversation for conversation in self.pages("/conversations", "", "cursor", "next_cursor")}

    def pages(self, path, query, parameter, following):
        found = []
        while True:
            page = self.demo.admin("GET", f"{path}?tenant_id={self.demo.tenant}&limit=500{query}").json
            found += page["data"]
            if not page["data"] or page[following] is None:
                return found
            query = f"&{parameter}={page[following]}"

    def test_the_admin_calls_need_the_admin_key(self):
        for key in (None, self.key, "x" * 40):
            answer = call("GET", self.demo.base_url + "/admin/v1/conversations", key=key)
            self.assertEqual(answer.status, 401, answer)
            self.assertEqual(answer.headers["content-type"].split(";")[0], "application/problem+json")

    def webhook(self, body, signature=None, secret=None):
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature
        return call("POST", self.demo.base_url + "/webhooks/meta", body, headers=headers)

    def test_a_webhook_without_the_right_signature_is_refused_and_leaves_no_trace(self):
        customer = "99900007770"
        value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550107788", "phone_number_id": self.demo.ready["phone_number_id"]},
                 "contacts": [{"wa_id": customer, "profile": {"name": "Mallory"}}],
                 "messages": [{"from": customer, "id": "wamid.FORGED", "timestamp": str(int(time.time())), "type": "text", "text": {"body": "hi"}}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()
        for answer in (self.webhook(body), self.webhook(body, signature="sha256=" + "0" * 64), self.webhook(body, signature="nonsense"),
                       self.webhook(body, secret="guess"), self.webhook(body, secret="")):
            self.assertIn(answer.status, (401, 403), answer)
        self.assertEqual(self.demo.admin("GET", f"/conversations?contact={customer}").json["data"], [])

    def test_the_verification_request_needs_the_verify_token(self):
        url = self.demo.base_url + "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=wrong"
        self.assertEqual(call("GET", url).status, 403)

    def test_health_readiness_and_metrics_need_no_key(self):
        self.assertEqual(call("GET", self.demo.base_url + "/healthz").status, 200)
        self.assertEqual(call("GET", self.demo.base_url + "/readyz").status, 200)
        page = call("GET", self.demo.base_url + "/metrics")
        self.assertEqual(page.status, 200)
        self.assertIn(b"# TYPE wherry_outbox_messages_total counter", page.body)

    def test_every_metric_is_in_the_documentation(self):
        documented = (ROOT / "docs/operations/metrics.md").read_text()
        names = re.findall(r"^# TYPE (\w+) ", call("GET", self.demo.base_url + "/metrics").body.decode(), re.M)
        self.assertGreater(len(names), 10)
        self.assertEqual([name for name in names if f"`{name}`" not in documented], [])


if __name__ == "__main__":
    unittest.main()

"""A Magpipe client against the real gateway: texts, templates, keys with webhooks, messages read back, numbers."""
import hashlib
import hmac
import re
import shutil
import tempfile
import unittest

from support import Demo, call, statuses_of, text_of, wait_until
from test_webhooks import Endpoint

APP = {"id": "471147114711", "secret": "secret-of-the-servers-own-app"}
AGENT = "0b1d6b1e-6a4e-4d3c-8f1e-9a2c3b4d5e6f"


class Magpipe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.demo = Demo(cls.directory + "/data", "--egress-allow", "127.0.0.1", "--egress-ports", cls.endpoint.port,
                        "--meta-app-id", APP["id"], "--meta-app-secret", APP["secret"])
        cls.addClassCleanup(cls.demo.process.kill)
        cls.demo.admin("PATCH", f"/tenants/{cls.demo.tenant}", {"rate_limits": {"magpipe": []}})  # the tests ask again and again
        cls.key = cls.demo.ready["magpipe_key"]
        cls.number = cls.demo.ready["phone_number_id"]

    def function(self, name, body, key=None, method="POST", query=""):
        return call(method, f"{self.demo.base_url}/functions/v1/{name}{query}", body, key or self.key)

    def send(self, to, text, **fields):
        return self.function("send-whatsapp-message", {"phone_number_id": self.number, "recipient_wa_id": to, "message": text, **fields})

    def test_a_text_arrives_and_is_read_back_with_its_status(self):
        sent = self.send(self.demo.customer, "Your order is ready.")
        self.assertEqual(sent.status, 200, sent)
        self.assertEqual(text_of(self.demo.simulator.message(sent.json["message_id"])), "Your order is ready.")
        self.assertRegex(sent.json["stored"]["id"], r"^msg_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        wait_until(lambda: "read" in statuses_of(self.demo.simulator.message(sent.json["message_id"])), "read")
        wait_until(lambda: self.function("get-message", {"message_id": sent.json["stored"]["id"]}).json["status"] == "read", "the status")
        listed = self.function("list-messages", {"direction": "outbound", "phone_number": "+" + self.demo.customer}).json
        self.assertIn(sent.json["stored"]["id"], [message["id"] for message in listed["messages"]])
        inbound = self.function("list-messages", {"direction": "inbound", "phone_number": self.demo.customer}).json
        self.assertGreaterEqual(inbound["total"], 1)
        self.assertEqual(inbound["messages"][-1]["thread_id"], listed["messages"][0]["thread_id"])

    def test_outside_the_window_whatsapps_own_answer_is_passed_on(self):
        refused = self.send("99911310470", "Hello?")
        self.assertEqual(refused.status, 502, refused)
        self.assertEqual(refused.json["error"], "Failed to send WhatsApp message")
        self.assertIn('"code":131047', refused.json["detail"].replace(" ", ""))

    def test_keys_have_webhooks_which_are_signed_and_bring_metadata_back(self):
        made = self.function("manage-api-keys", {"action": "generate", "name": "hook", "webhook_url": self.endpoint.url}).json
        self.assertRegex(made["key"], r"^mgp_[0-9a-f]{40}$")
        self.assertRegex(made["webhook_secret"], r"^whsec_[0-9a-f]{64}$")
        customer = "99900031310"
        self.demo.simulator.write(customer, "Hi")
        self.demo.conversation_with(customer)
        self.assertEqual(self.send(customer, "Which order?", metadata={"ticket": 7}).status, 200)
        self.demo.simulator.write(customer, "Thanks!")

        def thanked():
            with self.endpoint.lock:
                return next((one for one in self.endpoint.calls if one["body"].get("content") == "Thanks!"), None)
        told = wait_until(thanked, "the forward")
        self.assertEqual(told["body"]["event"], "whatsapp.received")
        self.assertEqual(told["body"]["from"], customer)
        self.assertEqual(told["body"]["metadata"], {"ticket": 7})
        self.assertTrue(re.fullmatch(r"\d{10}", told["body"]["timestamp"]))
        signature = "sha256=" + hmac.new(made["webhook_secret"].encode(), told["raw"], hashlib.sha256).hexdigest()
        self.assertEqual(told["headers"]["x-magpipe-signature"], signature)

        def delivered():
            with self.endpoint.lock:
                return [one for one in self.endpoint.calls if one["body"].get("status") == "delivered"]
        self.assertEqual(wait_until(delivered, "a status")[0]["body"]["event"], "message.status_changed")
        self.assertEqual(self.function("manage-api-keys", {"action": "revoke", "key_id": made["id"]}).json, {"success": True})
        self.assertEqual(self.function("whatsapp-connect", None, made["key"], "GET").status, 401)
        subscriptions = self.demo.admin("GET", "/subscriptions").json["data"]
        self.assertNotIn(self.endpoint.url, [one["url"] for one in subscriptions], "its webhook goes with the key")

    def test_a_number_is_given_an_agent_and_connected_again_with_a_token(self):
        account = self.function("whatsapp-connect", None, method="GET").json["accounts"][0]
        self.assertTrue(account["webhook_subscribed"])
        self.assertNotIn("access_token", account)
        changed = self.function("whatsapp-connect", {"account_id": account["id"], "agent_id": AGENT}, method="PATCH")
        self.assertEqual(changed.json, {"success": True})
        wrong = self.function("send-whatsapp-template", {"agent_id": AGENT, "to": "+" + self.demo.customer, "template_name": "no_such_template"})
        self.assertEqual(wrong.status, 502, wrong)
        self.assertEqual(wrong.json["error"], "Failed to send template")
        self.assertTrue(wrong.json["detail"])
        refused = self.function("whatsapp-connect", {"waba_id": account["waba_id"], "phone_number_id": self.number, "access_token": "EAAwrong"})
        self.assertEqual(refused.status, 500, refused)
        self.assertEqual(self.send(self.demo.customer, "the old token still works").status, 200)

        self.at_whatsapp("token", "EAAnewtoken", assets=[account["waba_id"]])
        again = self.function("whatsapp-connect", {"waba_id": account["waba_id"], "phone_number_id": self.number, "access_token": "EAAnewtoken"})
        self.assertEqual(again.status, 200, again)
        self.assertEqual(again.json["account"], {**account, "agent_id": AGENT}, "the same number, with its agent, and never the token")
        self.assertEqual(self.send(self.demo.customer, "the new token works").status, 200)
        self.at_whatsapp("token", "EAAnewtoken", state="revoked")
        refused = self.send(self.demo.customer, "it was the new one")
        self.assertEqual((refused.status, "OAuthException" in refused.json["detail"]), (502, True), refused)
        self.at_whatsapp("token", "EAAnewtoken", state="valid")
        self.assertEqual(self.function("whatsapp-connect", {**self.connection, "access_token": "EAAnewtoken"}).status, 200)

    def at_whatsapp(self, kind, id, **state):
        answer = call("POST", f"{self.demo.simulator.url}/sim/{kind}/{id}", state)
        self.assertEqual(answer.status, 200, answer)

    @property
    def connection(self):
        account = self.function("whatsapp-connect", None, method="GET").json["accounts"][-1]
        return {"waba_id": account["waba_id"], "phone_number_id": account["phone_number_id"]}

    def test_a_second_number_is_connected_used_and_disconnected(self):
        waba, number = self.connection["waba_id"], "106540352242999"
        self.at_whatsapp("number", number, waba_id=waba, display_number="+1 555 010 9999", verified_name="Second Shop")
        self.at_whatsapp("token", "EAAsecond", assets=[waba])
        made = self.function("whatsapp-connect", {"waba_id": waba, "phone_number_id": number, "access_token": "EAAsecond"})
        self.assertEqual(made.status, 200, made)
        account = made.json["account"]
        self.assertEqual((account["phone_number"], account["display_name"], account["webhook_subscribed"]), ("+15550109999", "Second Shop", True))
        listed = self.function("whatsapp-connect", None, method="GET").json["accounts"]
        self.assertEqual(listed[0], account, "the newest comes first")
        self.demo.simulator.write("99900041410", "Hi", phone_number_id=number)
        wait_until(lambda: self.function("list-messages", {"phone_number": "99900041410"}).json["total"], "what the customer wrote to it")
        sent = self.send("99900041410", "Hello from the second", phone_number_id=number)
        self.assertEqual(sent.status, 200, sent)
        self.assertEqual(self.function("whatsapp-connect", None, method="DELETE", query=f"?account_id={account['id']}").json, {"success": True})
        self.assertEqual(self.send("99900041410", "Hello?", phone_number_id=number).status, 404)

    def test_a_number_that_signed_up_is_connected_by_its_code(self):
        waba, number = self.connection["waba_id"], "106540352242888"
        self.at_whatsapp("number", number, waba_id=waba, display_number="+1 555 010 8888")
        self.at_whatsapp("app", APP["id"], secret=APP["secret"])
        self.at_whatsapp("token", "EAAofthesignup", app_id=APP["id"], assets=[waba], code="AQBcode")
        wanted = {"waba_id": waba, "phone_number_id": number, "code": "AQBcode"}
        made = self.function("whatsapp-connect", wanted)
        self.assertEqual(made.status, 200, made)
        self.assertEqual(made.json["account"]["phone_number"], "+15550108888")
        used = self.function("whatsapp-connect", wanted)
        self.assertEqual((used.status, used.json["error"]), (400, "Failed to exchange Meta auth code"))
        self.assertIn("This authorization code has been used.", used.json["detail"])
        self.demo.simulator.write("99900061610", "Hi", phone_number_id=number)
        self.assertEqual(self.send("99900061610", "Hello", phone_number_id=number).status, 200)
        self.function("whatsapp-connect", None, method="DELETE", query=f"?account_id={made.json['account']['id']}")  # of another app than the others
        self.assertNotIn(APP["secret"], self.demo.process.whole_output())
        self.assertNotIn("EAAofthesignup", self.demo.process.whole_output())

    def test_a_template_is_sent_outside_the_window_and_read_back(self):
        name = self.demo.approved_template("order_ready", "en", "Hello {{1}}, it is ready.")
        account = self.function("whatsapp-connect", None, method="GET").json["accounts"][-1]
        self.function("whatsapp-connect", {"account_id": account["id"], "agent_id": AGENT}, method="PATCH")
        customer = "99900051510"
        template = {"agent_id": AGENT, "to": "+" + customer, "template_name": name, "language": "en", "metadata": {"order": 991},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Priya"}]}]}
        sent = self.function("send-whatsapp-template", template)
        self.assertEqual(sent.status, 200, sent)
        self.assertEqual(set(sent.json), {"success", "message_id"})
        self.assertEqual(self.demo.simulator.message(sent.json["message_id"])["body"]["template"]["name"], name)
        listed = self.function("list-messages", {"phone_number": customer}).json["messages"]
        self.assertEqual([one["body"] for one in listed], ["Hello {{1}}, it is ready."])
        short = self.function("send-whatsapp-template", {**template, "components": []})
        self.assertEqual(short.status, 502, short)
        self.assertIn("does not match the expected number of params", short.json["detail"])

    def test_the_limits_are_the_tenants(self):
        tenant = self.demo.new_tenant("limited")
        keys = [self.demo.admin("POST", "/keys", {"tenant_id": tenant, "style": "magpipe"}).json["key"] for _ in range(2)]
        changed = self.demo.admin("PATCH", f"/tenants/{tenant}", {"rate_limits": {"magpipe": [{"requests": 3, "window_seconds": 3600}]}})
        self.assertEqual(changed.status, 200, changed)
        statuses = [self.function("list-messages", {}, keys[turn % 2]).status for turn in range(5)]
        self.assertEqual(statuses, [200, 200, 200, 429, 429])


if __name__ == "__main__":
    unittest.main()

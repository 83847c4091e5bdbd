"""Message templates: the catalogue follows WhatsApp, and messages by template reach customers who never wrote."""
import json
import subprocess

from support import BINARY, DemoTest, call, wait_until

WELCOME = {"name": "welcome", "language": "en", "category": "UTILITY",
           "components": [{"type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready.", "example": {"body_text": [["Ada", "4711"]]}}]}


class TemplatesTest(DemoTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.demo.admin("GET", "/channels").json["data"][0]["id"]
        cls.path = f"/channels/{cls.channel}/templates"
        answer = cls.demo.admin("POST", "/keys", {"tenant_id": cls.demo.tenant, "style": "pipes_app", "rate_limit": 0})
        assert answer.status == 201, answer
        cls.app_key = answer.json["key"]

    def create(self, **changes):
        answer = self.demo.admin("POST", self.path, {**WELCOME, **changes})
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(answer.json["status"], "PENDING")
        return answer.json["id"]

    def status_of(self, template):
        return self.demo.admin("GET", f"{self.path}/{template}").json["status"]

    def approved(self, **changes):
        template = self.create(**changes)
        wait_until(lambda: self.status_of(template) == "APPROVED", "the review")
        return template

    def control(self, template, **state):
        answer = call("POST", f"{self.demo.simulator.url}/sim/template/{template}", state)
        self.assertEqual(answer.status, 200, answer)

    def pass_through(self, **fields):
        body = {"messaging_product": "whatsapp", "poolNumberId": self.channel, **fields}
        return call("POST", self.demo.base_url + "/v1/messages/passthrough", body, self.app_key)

    def send(self, name, to, values, **fields):
        parameters = [{"type": "text", "text": value} for value in values]
        template = {"name": name, "language": {"code": "en"}, "components": [{"type": "body", "parameters": parameters}]}
        return self.pass_through(to=to, type="template", template=template, **fields)

    def events(self, kind):
        return self.demo.admin("GET", f"/events?tenant_id={self.demo.tenant}&kind={kind}&limit=500").json["data"]

    def test_a_customer_who_never_wrote_gets_a_template(self):
        self.approved(name="first_contact")
        customer = "4915112345601"

        answer = self.send("first_contact", "+" + customer, ["Ada", "4711"])

        self.assertEqual(answer.status, 200, answer)
        wamid = answer.json["messages"][0]["id"]
        self.assertEqual(answer.json["contacts"], [{"input": "+" + customer, "wa_id": customer}])
        sent = self.demo.simulator.message(wamid)
        self.assertEqual(sent["body"]["template"]["components"][0]["parameters"][1]["text"], "4711")
        wait_until(lambda: self.demo.state_of(wamid) == "read", "its statuses")

    def test_a_wrong_count_is_told_before_whatsapp_is_called(self):
        self.approved(name="two_values")

        answer = self.send("two_values", "4915112345602", ["Ada"])

        self.assert_error(answer, 500, "SEND_FAILED")
        self.assertIn("number of localizable_params (1) does not match the expected number of params (2)", answer.json["error"])
        self.assertEqual(self.demo.simulator.to("4915112345602"), [])

    def test_what_whatsapp_does_to_a_template_is_known_at_once(self):
        template = self.approved(name="paused_one")
        self.control(template, status="PAUSED")
        wait_until(lambda: self.status_of(template) == "PAUSED", "the webhook")
        self.assert_error(self.send("paused_one", "4915112345603", ["a", "b"]), 500, "SEND_FAILED")
        self.control(template, status="APPROVED")
        wait_until(lambda: self.status_of(template) == "APPROVED", "the webhook")
        self.assertEqual(self.send("paused_one", "4915112345603", ["a", "b"]).status, 200)
        self.control(template, quality="YELLOW", category="MARKETING")
        wait_until(lambda: self.demo.admin("GET", f"{self.path}/{template}").json["category"] == "MARKETING", "the webhook")
        told = [event["body"]["status"] for event in self.events("template.status") if event["body"]["templateId"] == template]
        self.assertEqual(told, ["APPROVED", "PAUSED", "APPROVED"])
        self.assertEqual([event["body"]["quality"] for event in self.events("template.quality") if event["body"]["templateId"] == template], ["YELLOW"])

    def test_a_rejection_says_why(self):
        template = self.create(name="x_reject_scam")
        wait_until(lambda: self.status_of(template) == "REJECTED", "the review")
        self.assertEqual(self.demo.admin("GET", f"{self.path}/{template}").json["rejected_reason"], "SCAM")

    def test_a_sync_reads_what_is_there_and_a_deletion_goes(self):
        template = self.approved(name="short_lived")
        answer = self.demo.admin("POST", f"/channels/{self.channel}/sync-templates")
        self.assertEqual(answer.status, 200, answer)
        self.assertGreaterEqual(answer.json["templates"], 1)
        listed = self.demo.admin("GET", self.path + "?name=short_lived").json
        self.assertEqual([one["id"] for one in listed["data"]], [template])
        self.assertTrue(listed["synced_at"])
        self.assertEqual(self.demo.admin("DELETE", f"{self.path}/{template}").status, 204)
        self.assertEqual(self.demo.admin("GET", f"{self.path}/{template}").status, 404)
        self.assert_error(self.send("short_lived", "4915112345604", ["a", "b"]), 500, "SEND_FAILED")

    def test_whatsapps_refusal_of_a_definition_is_passed_on(self):
        answer = self.demo.admin("POST", self.path, {**WELCOME, "name": "bad", "components": [{"type": "BODY", "text": "{{1}} first"}]})
        self.assertEqual(answer.status, 502, answer)
        self.assertTrue(answer.json["detail"])

    def test_every_kind_reaches_an_open_conversation(self):
        _, customer = self.new_conversation()
        buttons = {"type": "button", "body": {"text": "Well?"}, "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]}}
        rows = {"type": "list", "body": {"text": "When?"}, "action": {"button": "Show", "sections": [{"rows": [{"id": "a", "title": "9:00"}]}]}}
        link = {"type": "cta_url", "body": {"text": "See"}, "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://a.example/"}}}
        place = {"latitude": 48.137154, "longitude": 11.576124, "name": "Depot", "address": "Marienplatz 1"}
        cards = [{"name": {"formatted_name": "Ada L.", "first_name": "Ada"}, "phones": [{"phone": "+491511", "type": "WORK"}]}]
        quoted = self.demo.simulator.write(customer, "quote me")["id"]
        for kind, content in (("interactive", buttons), ("interactive", rows), ("interactive", link), ("location", place), ("contacts", cards)):
            answer = self.pass_through(to=customer, type=kind, context={"message_id": quoted}, **{kind: content})
            with self.subTest(kind=kind):
                self.assertEqual(answer.status, 200, answer)
                sent = self.demo.simulator.message(answer.json["messages"][0]["id"])["body"]
                self.assertEqual(sent["type"], kind)
                self.assertEqual(sent["context"], {"message_id": quoted})
                if kind != "location":
                    self.assertEqual(sent[kind], content)

    def test_the_command_line_manages_templates(self):
        def wherry(*arguments):
            run = subprocess.run([BINARY, "template", *arguments, "--channel", self.channel, "--url", self.demo.base_url, "--admin-key", self.demo.admin_key, "--json"],
                                 capture_output=True, text=True, timeout=30)
            self.assertEqual(run.returncode, 0, run.stderr)
            return json.loads(run.stdout) if run.stdout.strip() else None
        made = wherry("create", json.dumps({**WELCOME, "name": "from_shell"}))
        self.assertEqual(wherry("show", made["id"])["name"], "from_shell")
        self.assertGreaterEqual(wherry("sync")["templates"], 1)
        self.assertEqual([one["name"] for one in wherry("list", "--name", "from_shell")["data"]], ["from_shell"])
        wherry("remove", made["id"])
        left = wherry("list", "--name", "from_shell")["data"]  # WhatsApp may still list what it is about to forget
        self.assertEqual([one for one in left if one["status"] != "PENDING_DELETION"], [])

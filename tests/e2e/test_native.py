"""The native calls: sending to a conversation or a number, now or later, and taking a message back."""
import datetime
import json
import subprocess
import time

from support import BINARY, Demo, DemoTest, call, text_of, wait_until


def in_future(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Native(DemoTest):
    def post(self, wait=False, key=None, **fields):
        body = {"tenant_id": self.demo.tenant, "type": "text", **fields}
        if body["type"] == "text":
            body.setdefault("text", {"body": "native"})
        headers = {"Idempotency-Key": key} if key else None
        url = self.demo.base_url + "/admin/v1/messages" + ("?wait=true" if wait else "")
        return call("POST", url, body, self.demo.admin_key, headers)

    def accepted(self, **fields):
        answer = self.post(**fields)
        self.assertEqual(answer.status, 202, answer)
        return answer.json

    def cancel(self, message):
        return self.demo.admin("DELETE", f"/messages/{message}")

    def until(self, message, *states):
        return wait_until(lambda: (state := self.demo.state_of(message)) in states and state, f"{message} to be {states}")

    def assert_problem(self, answer, status, code, retryable=False):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual((answer.json["code"], answer.json["retryable"]), (code, retryable))

    def test_a_message_is_taken_and_sent_afterwards(self):
        conversation, customer = self.new_conversation()
        message = self.accepted(conversation_id=conversation)
        self.assertEqual((message["state"], message["priority"], message["send_at"], message["type"]), ("accepted", "interactive", None, "text"))
        self.until(message["id"], "sent", "delivered", "read")
        self.assertEqual([text_of(m) for m in self.demo.simulator.to(customer)], ["native"])

    def test_whoever_waits_gets_the_outcome(self):
        conversation, _ = self.new_conversation()
        answer = self.post(wait=True, conversation_id=conversation, priority="bulk")
        self.assertEqual(answer.status, 200, answer)
        self.assertIn(answer.json["state"], ("sent", "delivered", "read"))
        self.assertTrue(answer.json["wamid"].startswith("wamid."))
        self.assertEqual(answer.json["priority"], "bulk")
        self.assert_problem(self.post(wait=True, conversation_id=conversation, send_at=in_future(60)), 400, "invalid_argument")

    def test_a_number_leads_to_its_conversation(self):
        conversation, customer = self.new_conversation()
        channel = self.demo.admin("GET", f"/conversations?contact={customer}").json["data"][0]["channel_id"]
        message = self.accepted(channel_id=channel, to="+" + customer)
        self.assertEqual(message["conversation_id"], conversation)
        stranger = "999000777001"
        self.assert_problem(self.post(channel_id=channel, to=stranger), 409, "window_closed")
        made = self.demo.admin("GET", f"/conversations?contact={stranger}").json["data"]
        self.assertEqual((len(made), made[0]["last_inbound_at"]), (1, None))
        template = {"name": self.demo.approved_template(), "language": {"code": "en_US"}}
        self.assertEqual(self.post(channel_id=channel, to=stranger, type="template", template=template).status, 202, "templates open conversations")

    def test_a_key_is_worth_one_message(self):
        conversation, customer = self.new_conversation()
        first = self.post(key="order-7", conversation_id=conversation)
        again = self.post(key="order-7", conversation_id=conversation)
        self.assertEqual((again.status, again.json), (202, first.json))
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        self.assertNotIn("idempotent-replayed", first.headers)
        self.assert_problem(self.post(key="order-7", conversation_id=conversation, priority="bulk"), 422, "idempotency_reused")
        self.until(first.json["id"], "read", "delivered", "sent")
        self.assertEqual(len(self.demo.simulator.to(customer)), 1)

    def test_a_message_for_later_leaves_then_and_blocks_nobody(self):
        conversation, customer = self.new_conversation()
        later = self.accepted(conversation_id=conversation, text={"body": "later"}, send_at=in_future(3))
        begin = time.monotonic()
        self.assertEqual(self.post(wait=True, conversation_id=conversation, text={"body": "now"}).status, 200)
        self.assertLess(time.monotonic() - begin, 2.5)
        self.assertEqual(self.demo.state_of(later["id"]), "accepted")
        self.assertEqual(self.demo.metric("wherry_outbox_scheduled"), 1)
        self.until(later["id"], "sent", "delivered", "read")
        self.assertGreater(time.monotonic() - begin, 2)
        self.assertEqual([text_of(m) for m in self.demo.simulator.to(customer)], ["later", "now"], "newest first")
        steps = [s for s in self.demo.admin("GET", f"/messages/{later['id']}/timeline").json["data"] if s["event"] != "message.status"]
        self.assertEqual([s["event"] for s in steps], ["message.accepted", "message.due", "message.sent"])
        self.assertEqual(steps[0]["send_at"], later["send_at"])

    def test_a_cancelled_message_is_never_sent_and_the_books_balance(self):
        conversation, customer = self.new_conversation()
        later = self.accepted(conversation_id=conversation, send_at=in_future(2))
        cancelled = self.cancel(later["id"])
        self.assertEqual((cancelled.status, cancelled.json["state"]), (200, "cancelled"))
        self.assert_problem(self.cancel(later["id"]), 409, "conflict")
        sent = self.post(wait=True, conversation_id=conversation).json
        late = self.cancel(sent["id"])
        self.assert_problem(late, 409, "conflict")
        self.assertRegex(late.json["detail"], "The message is (sent|delivered|read)")
        self.assert_problem(self.cancel("msg_00000000000000000000000000"), 404, "not_found")
        time.sleep(3)
        self.assertEqual(len(self.demo.simulator.to(customer)), 1)
        audit = self.demo.admin("GET", f"/audit?tenant_id={self.demo.tenant}").json
        self.assertTrue(audit["balanced"], audit)
        self.assertGreaterEqual(audit["outbound"]["cancelled"], 1)

    def test_what_is_wrong_is_said(self):
        conversation, _ = self.new_conversation()
        for fields in ({}, {"conversation_id": "x"}, {"conversation_id": conversation, "colour": "red"}, {"conversation_id": conversation, "type": "poll"},
                       {"conversation_id": conversation, "text": {}}, {"conversation_id": conversation, "send_at": in_future(31 * 86400)}):
            self.assert_problem(self.post(**fields), 400, "invalid_argument")

    def test_the_command_line_sends_and_cancels(self):
        conversation, _ = self.new_conversation()
        run = lambda *arguments: subprocess.run([BINARY, "message", *arguments, "--url", self.demo.base_url, "--admin-key", self.demo.admin_key],
                                                capture_output=True, text=True, timeout=30)
        done = run("send", "--tenant", self.demo.tenant, "--conversation", conversation, "--text", "hi", "--at", in_future(3600), "--priority", "bulk", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        message = json.loads(done.stdout)
        self.assertEqual((message["state"], message["priority"]), ("accepted", "bulk"))
        self.assertEqual(run("cancel", message["id"]).returncode, 0)
        again = run("cancel", message["id"])
        self.assertEqual(again.returncode, 1)
        self.assertIn("cancelled", again.stderr)


class Restarted(DemoTest):
    def test_a_message_for_later_survives_a_kill(self):
        conversation, customer = self.new_conversation()
        answer = self.demo.admin("POST", "/messages", {"tenant_id": self.demo.tenant, "conversation_id": conversation, "type": "text",
                                                       "text": {"body": "after the crash"}, "send_at": in_future(4)})
        self.assertEqual(answer.status, 202, answer)
        self.demo.process.kill()
        again = Demo(self.directory + "/data")
        self.addCleanup(again.process.kill)
        wait_until(lambda: again.state_of(answer.json["id"]) in ("sent", "delivered", "read", "failed"), "the message to leave")

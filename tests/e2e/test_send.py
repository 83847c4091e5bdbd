"""Sending through the Pipes door of the shipped binary, watched from the customer's side."""
import concurrent.futures
import time
import unittest

from support import DemoTest, call, statuses_of, text_of, wait_until


class Send(DemoTest):
    def test_a_text_with_the_printed_key_reaches_the_customer_and_is_read(self):
        answer = self.demo.send(self.demo.key, self.demo.conversation, text="Your order is ready. 🎉 a/b")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(set(answer.json), {"success", "messageId", "conversationId"})
        self.assertIs(answer.json["success"], True)
        self.assertEqual(answer.json["conversationId"], self.demo.conversation)
        wamid = answer.json["messageId"]
        self.assertTrue(wamid.startswith("wamid."))
        message = self.demo.simulator.message(wamid)
        self.assertEqual(text_of(message), "Your order is ready. 🎉 a/b")
        self.assertEqual(message["to"].lstrip("+"), self.demo.customer)
        wait_until(lambda: statuses_of(self.demo.simulator.message(wamid)) == ["sent", "delivered", "read"], "sent, delivered, read")
        wait_until(lambda: self.demo.state_of(wamid) == "read", "the gateway to learn that it was read")

    def test_the_answer_carries_the_rate_limit_headers(self):
        key = self.demo.new_key(self.demo.tenant, rate_limit=60)
        answer = self.demo.send(key, self.demo.conversation, text="one")
        self.assertEqual(answer.headers["x-ratelimit-limit"], "60")
        self.assertEqual(answer.headers["x-ratelimit-remaining"], "59")
        self.assertTrue(answer.headers["x-ratelimit-reset"].isdigit())

    def test_over_the_limit_the_key_is_told_when_to_come_back_and_nothing_is_sent(self):
        key = self.demo.new_key(self.demo.tenant, rate_limit=2)
        conversation, customer = self.new_conversation()
        answers = [self.demo.send(key, conversation, text=f"number {n}") for n in range(3)]
        self.assertEqual([answer.status for answer in answers], [200, 200, 429])
        self.assert_error(answers[2], 429, "RATE_LIMITED")
        self.assertEqual(answers[2].headers["x-ratelimit-remaining"], "0")
        self.assertGreater(int(answers[2].headers["retry-after"]), 0)
        self.assertEqual(len(self.demo.simulator.to(customer)), 2)

    def test_no_key_or_a_wrong_one_gets_401(self):
        url = self.demo.base_url + "/v1/messages/send"
        body = {"conversationId": self.demo.conversation, "text": "hello"}
        for key in (None, "pk_" + "x" * 32, self.key[:-1], self.demo.admin_key):
            with self.subTest(key=key and key[:4]):
                self.assert_error(call("POST", url, body, key), 401, "UNAUTHORIZED")

    def test_a_revoked_key_stops_working_at_once(self):
        made = self.demo.admin("POST", "/keys", {"tenant_id": self.demo.tenant}).json
        self.assertEqual(self.demo.send(made["key"], self.demo.conversation, text="before").status, 200)
        self.assertEqual(self.demo.admin("DELETE", "/keys/" + made["id"]).status, 204)
        self.assert_error(self.demo.send(made["key"], self.demo.conversation, text="after"), 401, "UNAUTHORIZED")

    def test_an_unknown_conversation_gets_404(self):
        for conversation in ("conv_zzzzzzzzzzzzzzzzzzzzzzzzzz", "conv_00000000000000000000000000", "nonsense"):
            with self.subTest(conversation=conversation):
                self.assert_error(self.demo.send(self.key, conversation, text="hello"), 404, "NOT_FOUND")

    def test_another_tenants_conversation_gets_403_and_nothing_is_sent(self):
        conversation, customer = self.new_conversation()
        stranger = self.demo.new_key(self.demo.new_tenant("stranger"))
        self.assert_error(self.demo.send(stranger, conversation, text="hello"), 403, "FORBIDDEN")
        self.assertEqual(self.demo.simulator.to(customer), [])

    def test_a_customer_who_wrote_more_than_a_day_ago_can_no_longer_be_answered(self):
        customer = "99900005550"
        self.demo.simulator.write(customer, timestamp=str(int(time.time()) - 24 * 3600 - 60))
        conversation = self.demo.conversation_with(customer)["id"]
        self.assert_error(self.demo.send(self.key, conversation, text="hello"), 403, "SERVICE_WINDOW_EXPIRED")
        self.assertEqual(self.demo.simulator.to(customer), [])
        self.demo.simulator.write(customer, "Still there")  # writing again opens it
        wait_until(lambda: self.demo.send(self.key, conversation, text="hello again").status == 200, "the window to open")

    def test_wrong_bodies_get_400(self):
        url = self.demo.base_url + "/v1/messages/send"
        conversation = self.demo.conversation
        for body in ("", "{", "[]", '"x"', "{}", f'{{"conversationId":"{conversation}"}}', f'{{"conversationId":"{conversation}","text":7}}',
                     f'{{"conversationId":"{conversation}","text":""}}', f'{{"conversationId":"{conversation}","text":"{"x" * 4097}"}}',
                     f'{{"conversationId":"{conversation}","media":"AAAA"}}', "\xff\xfe", "[" * 10000):
            with self.subTest(body=body[:40]):
                headers = {"Content-Type": "application/json"}
                self.assert_error(call("POST", url, body.encode("latin-1"), self.key, headers), 400, "INVALID_REQUEST")

    def test_what_whatsapp_refuses_gets_500_and_ends_failed(self):
        conversation, customer = self.new_conversation("99911310260")  # the simulated number answers 131026
        answer = self.demo.send(self.key, conversation, text="hello")
        self.assert_error(answer, 500, "SEND_FAILED")
        self.assertEqual(self.demo.simulator.to(customer), [])

    def test_a_message_refused_later_by_webhook_ends_failed(self):
        conversation, _ = self.new_conversation("99921310260")
        answer = self.demo.send(self.key, conversation, text="hello")
        self.assertEqual(answer.status, 200, answer)
        wait_until(lambda: self.demo.state_of(answer.json["messageId"]) == "failed", "the failure to arrive")

    def test_a_throttled_send_is_tried_again_and_sent_once(self):
        conversation, customer = self.new_conversation("99911304292")  # throughput error twice, then fine
        answer = self.demo.send(self.key, conversation, text="patience")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([text_of(message) for message in self.demo.simulator.to(customer)], ["patience"])

    def test_a_send_whose_answer_was_lost_gets_500_is_never_resent_and_is_settled_by_its_webhook(self):
        conversation, customer = self.new_conversation("99950000020")  # accepted, then the connection closes without an answer
        answer = self.demo.send(self.key, conversation, text="did it go?")
        self.assert_error(answer, 500, "SEND_FAILED")
        sent = wait_until(lambda: self.demo.simulator.to(customer), "the message to reach the customer")
        wait_until(lambda: self.demo.state_of(sent[0]["id"]) == "read", "the status webhook to settle the uncertain message")
        self.assertEqual(len(self.demo.simulator.to(customer)), 1)

    def test_messages_to_one_customer_arrive_in_the_order_they_were_accepted(self):
        conversation, customer = self.new_conversation()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for batch in range(3):
                done = list(pool.map(lambda n: self.demo.send(self.key, conversation, text=f"{batch}.{n}").status, range(8)))
                self.assertEqual(done, [200] * 8)
        arrived = [text_of(message) for message in reversed(self.demo.simulator.to(customer))]
        self.assertEqual([text.split(".")[0] for text in arrived], ["0"] * 8 + ["1"] * 8 + ["2"] * 8)

    def test_an_unknown_path_and_a_wrong_method_are_answered_in_the_doors_own_words(self):
        self.assert_error(call("GET", self.demo.base_url + "/v1/nothing", key=self.key), 404, "NOT_FOUND")
        answer = call("GET", self.demo.base_url + "/v1/messages/send", key=self.key)
        self.assertIn(answer.status, (404, 405))
        self.assertIn("code", answer.json)


if __name__ == "__main__":
    unittest.main()

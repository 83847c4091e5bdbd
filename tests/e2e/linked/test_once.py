"""A message goes out once: under duplicates, budgets, and acknowledgements that do not come."""
import concurrent.futures
import threading
import time

from linked_world import LinkedTest, wait_until


class Once(LinkedTest):
    def texts_at(self, person):
        return [entry["message"]["extendedTextMessage"]["text"] for entry in person.inbox()]

    def test_a_hundred_duplicates_at_once_are_one_message(self):
        number, bob = self.number(), self.person()
        start = threading.Barrier(100)

        def send(_):
            start.wait()
            return number.text(bob, "only once", key="order-17")
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(send, range(100)))
        self.assertEqual({answer.status for answer in answers}, {200}, answers[:3])
        self.assertEqual(len({answer.json["messageId"] for answer in answers}), 1)
        self.assertEqual(sum(not answer.json["replayed"] for answer in answers), 1)
        bob.got(id=answers[0].json["messageId"])
        self.assertEqual(self.texts_at(bob), ["only once"])

    def test_a_key_holds_across_sessions_bodies_modes_and_restarts(self):
        one, two, bob = self.number(), self.number(), self.person()
        first = self.assert_ok(one.text(bob, "first", key="shared"))
        for again in (two.text(bob, "another text", key="shared"), one.text(bob, "first", key="shared", is_async=True)):
            self.assertEqual(again.status, 200)
            self.assertEqual((again.json["messageId"], again.json["replayed"], again.json["timestamp"]), (first["messageId"], True, first["timestamp"]))
        queued = self.assert_ok(one.text(bob, "queued", key="line", is_async=True), 202)
        one.event("message.status", outboxId=queued["outboxId"], status="sent")
        self.gateway.restart(hard=True)
        again = self.assert_ok(one.text(bob, "queued", key="line", is_async=True), 202)
        self.assertEqual({**again, "replayed": False}, queued)
        self.assertEqual(self.assert_ok(one.text(bob, "first", key="shared"))["messageId"], first["messageId"])
        self.assertEqual(self.texts_at(bob), ["first", "queued"])

    def test_a_refused_send_leaves_its_key_free(self):
        number, bob = self.number(), self.person()
        number.act("stop")
        self.assert_refused(number.text(bob, "x", key="retry"), 409, "conflict")
        number.act("start")
        number.wait_status("working")
        self.assertFalse(self.assert_ok(number.text(bob, "x", key="retry"))["replayed"])
        self.assertEqual(self.texts_at(bob), ["x"])

    def test_the_budget_stops_who_waits_and_delays_who_queues(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.api("PATCH", "", {"ratePerMin": 3, "ratePerHour": None}))
        for n in range(3):
            self.assert_ok(number.text(bob, f"within {n}", key=f"budget-{n}"))
        refused = number.text(bob, "over")
        error = self.assert_refused(refused, 429, "rate_limited")
        self.assertTrue(1 <= error["retryAfterSeconds"] <= 60, error)
        self.assertEqual(error["details"]["retryAfterSeconds"], error["retryAfterSeconds"])
        self.assertEqual(refused.headers["retry-after"], str(error["retryAfterSeconds"]))
        self.assertTrue(self.assert_ok(number.text(bob, "within 0", key="budget-0"))["replayed"])
        queued = self.assert_ok(number.text(bob, "patient", is_async=True), 202)
        time.sleep(2)
        self.assertEqual(len(self.texts_at(bob)), 3)
        self.assert_ok(number.api("PATCH", "", {"ratePerMin": 100, "ratePerHour": 1000}))
        number.event("message.status", seconds=90, outboxId=queued["outboxId"], status="sent")
        self.assertEqual(self.texts_at(bob)[3:], ["patient"])

    def test_no_acknowledgement_is_pending_and_a_receipt_settles_it(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        self.wa.post("/faults/drop", pn=number.pn, when="no_ack")
        self.wa.post("/account", pn=bob.pn, receipts={"delivery": False})
        answer = self.assert_ok(number.text(bob, "nobody said", key="unsure"))
        self.assertEqual(answer["status"], "pending")
        again = self.assert_ok(number.text(bob, "nobody said", key="unsure"))
        self.assertEqual((again["messageId"], again["status"], again["replayed"]), (answer["messageId"], "pending", True))
        bob.receipt(answer["messageId"], "delivery")
        number.event("message.status", messageId=answer["messageId"], status="delivered")
        self.assertEqual(self.texts_at(bob).count("nobody said"), 1)

    def test_a_late_acknowledgement_settles_it(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        self.wa.post("/account", pn=bob.pn, receipts={"delivery": False})
        self.wa.post("/faults/ack-delay", pn=number.pn, milliseconds=5000)
        answer = self.assert_ok(number.text(bob, "slow"))
        self.assertEqual(answer["status"], "pending")
        number.event("message.status", messageId=answer["messageId"], status="sent")
        self.wa.post("/faults/clear")
        self.assertEqual(self.texts_at(bob), ["warm up", "slow"])

    def test_a_connection_that_breaks_before_the_acknowledgement_sends_nothing_twice(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        self.wa.post("/faults/drop", pn=number.pn, when="after")
        answer = self.assert_ok(number.text(bob, "cut off"))
        self.assertEqual(answer["status"], "pending")
        number.event("message.status", messageId=answer["messageId"], status="delivered")
        number.wait_status("working")
        self.assert_ok(number.text(bob, "next"))
        wait_until(lambda: "next" in self.texts_at(bob), "the next one")
        self.assertEqual(self.texts_at(bob), ["warm up", "cut off", "next"])

    def test_what_never_arrived_stays_pending(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        self.wa.post("/faults/drop", pn=number.pn, when="swallow")
        answer = self.assert_ok(number.text(bob, "into the void"))
        self.assertEqual(answer["status"], "pending")
        self.assert_ok(number.text(bob, "next"))
        self.assertEqual(self.texts_at(bob), ["warm up", "next"])
        [stored] = [one for one in number.messages(bob.jid) if one["waMessageId"] == answer["messageId"]]
        self.assertEqual((stored["status"], stored["ackLevel"]), ("pending", 0))

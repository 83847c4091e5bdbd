"""Sidecar and gateway are killed at bad moments: nothing is lost, nothing goes out twice, nobody has to link again."""
import concurrent.futures
import os
import signal
import time

from linked_world import LinkedTest, wait_until


class Crash(LinkedTest):
    def kill_sidecars(self):
        pids = wait_until(self.gateway.sidecars, "a sidecar process")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return pids

    def texts_at(self, person):
        return [entry["message"]["extendedTextMessage"]["text"] for entry in person.inbox()]

    def test_nothing_runs_until_a_session_is_wanted(self):
        fresh = os.path.join(self.directory, "idle")
        self.assertFalse(os.path.exists(fresh))
        from support import Process, call, free_port
        port = free_port()
        process = Process("serve", "--data-dir", fresh, "--port", port)
        self.addCleanup(process.kill)
        def ready():
            try:
                return call("GET", f"http://127.0.0.1:{port}/readyz", timeout=5).status == 200
            except OSError:
                return False
        wait_until(ready, "it serves")
        self.assertLess(time.monotonic() - process.begin, 10)
        children = [pid for pid in os.listdir("/proc") if pid.isdigit() and self.parent_of(pid) == process.pid]
        self.assertEqual(children, [])
        page = call("GET", f"http://127.0.0.1:{port}/metrics").body.decode()
        self.assertIn("\nwherry_linked_processes 0\n", page)

    def parent_of(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                return int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            return 0

    def test_a_killed_sidecar_is_started_again_and_no_message_is_lost(self):
        number, bob = self.number(), self.person()
        number.event("message", waMessageId=bob.write(number, text="before"))
        before = self.gateway.metric("wherry_linked_process_restarts_total")
        old = self.kill_sidecars()
        messages = [bob.write(number, text=f"while down {n}") for n in range(10)]
        number.event("session.status", status="starting", previous="working")
        number.wait_status("working")
        number.event("message", waMessageId=messages[-1])
        self.assertEqual([event["payload"]["waMessageId"] for event in number.events("message")][1:], messages)
        self.assertNotEqual(self.gateway.sidecars(), old)
        self.assertGreater(self.gateway.metric("wherry_linked_process_restarts_total"), before)
        self.assertEqual(len(number.events("auth.qr")), 1)

    def test_a_sidecar_killed_in_a_burst_loses_and_doubles_nothing(self):
        number, bob = self.number(), self.person()
        sent = self.wa.post("/phone/burst", **{"from": bob.pn, "to": number.pn, "count": 200})["ids"]
        for _ in range(3):
            wait_until(lambda: number.events("message"), "some of the burst")
            self.kill_sidecars()
            number.wait_status("working", 60)
        self.check_burst(number, bob, sent)

    def test_a_gateway_killed_in_a_burst_loses_and_doubles_nothing(self):
        number, bob = self.number(), self.person()
        sent = self.wa.post("/phone/burst", **{"from": bob.pn, "to": number.pn, "count": 200})["ids"]
        for _ in range(2):
            wait_until(lambda: number.events("message"), "some of the burst")
            self.gateway.restart(hard=True)
            number.wait_status("working", 60)
        self.check_burst(number, bob, sent)
        self.assertEqual(len(number.events("auth.qr")), 1)

    def check_burst(self, number, bob, sent):
        wait_until(lambda: len(number.messages(bob.jid)) >= len(sent), "the whole burst", 90)
        self.wa.device(number.pn, queued=0)
        stored = [one["waMessageId"] for one in number.messages(bob.jid)]
        wait_until(lambda: len(number.events("message", chatJid=bob.jid)) >= len(sent), "every event", 60)
        told = [event["payload"]["waMessageId"] for event in number.events("message", chatJid=bob.jid)]
        self.assertEqual(told, sent)
        self.assertEqual(stored, sent)

    def test_the_sidecar_ends_with_the_gateway(self):
        self.number()
        pids = self.gateway.sidecars()
        self.assertTrue(pids)
        self.gateway.restart(hard=True)
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "the sidecars of a killed gateway end")
        pids = wait_until(self.gateway.sidecars, "new sidecars")
        seconds, status = self.gateway.process.stop()
        self.assertEqual(status, 0)
        self.assertLess(seconds, 10)
        self.assertFalse(any(os.path.exists(f"/proc/{pid}") for pid in pids))
        self.gateway.process.close()
        self.gateway.start()

    def test_a_restart_tells_nobody_to_link_again(self):
        numbers = [self.number() for _ in range(5)]
        for hard in (False, True):
            self.gateway.restart(hard=hard)
            for number in numbers:
                number.wait_status("working", 60)
        bob = self.person()
        for number in numbers:
            number.event("message", waMessageId=bob.write(number, text="hello"))
            self.assertEqual(len(number.events("auth.qr")), 1)
            self.assertNotIn("failed", [event["payload"]["status"] for event in number.events("session.status")])

    def test_a_sidecar_killed_while_a_message_is_on_its_way(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        self.wa.post("/account", pn=bob.pn, receipts={"delivery": False})
        self.wa.post("/faults/ack-delay", pn=number.pn, milliseconds=60_000)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sending = pool.submit(number.text, bob, "on its way", key="crash-1")
            bob.got(text="on its way")
            self.kill_sidecars()
            answer = self.assert_ok(sending.result(60))
        self.wa.post("/faults/clear")
        self.assertEqual(answer["status"], "pending")
        bob.receipt(answer["messageId"], "delivery")
        number.event("message.status", messageId=answer["messageId"], status="delivered", seconds=60)
        number.wait_status("working", 60)
        again = self.assert_ok(number.text(bob, "on its way", key="crash-1"))
        self.assertEqual(again["messageId"], answer["messageId"])
        self.assert_ok(number.text(bob, "next"))
        wait_until(lambda: "next" in self.texts_at(bob), "the next one")
        self.assertEqual(self.texts_at(bob), ["warm up", "on its way", "next"])

    def test_a_gateway_killed_while_it_sends_doubles_nothing_and_ends_the_rest(self):
        self.check_line(hard=True)

    def test_a_gateway_stopped_while_it_sends_leaves_nothing_open(self):
        self.assertEqual(self.check_line(hard=False), [])

    def test_a_message_that_is_being_typed_when_the_gateway_stops_goes_out_after_the_next_start(self):
        number, bob = self.number(presenceTyping=True), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        since = self.wa.seq()
        queued = self.assert_ok(number.text(bob, "long " * 100, is_async=True), 202)
        self.wa.wait("typing", pn=number.pn, since=since, state="composing")
        self.gateway.restart()
        number.event("message.status", outboxId=queued["outboxId"], status="sent")
        self.assertEqual(self.texts_at(bob), ["warm up", "long " * 100])

    def check_line(self, hard):
        """A line of 60 messages over two restarts; gives those whose outcome is not known."""
        number, bob = self.number(presenceTyping=False), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        outbox = [self.assert_ok(number.text(bob, f"line {n}", key=f"{number.pn}-{n}", is_async=True), 202)["outboxId"] for n in range(60)]
        for so_many in (10, 30):
            wait_until(lambda: len(self.texts_at(bob)) > so_many, "some are out", 60)
            self.gateway.restart(hard=hard)
            number.wait_status("working", 60)
        def settled():
            return all(self.gateway.state_of(one) in ("sent", "delivered", "read", "uncertain") for one in outbox)
        wait_until(settled, "every message has an end", 120)
        arrived = self.texts_at(bob)[1:]
        expected = [f"line {n}" for n in range(60)]
        self.assertEqual(len(arrived), len(set(arrived)), "something came twice")
        missing = [text for text in expected if text not in arrived]
        uncertain = [n for n, one in enumerate(outbox) if self.gateway.state_of(one) == "uncertain"]
        self.assertTrue(set(missing) <= {f"line {n}" for n in uncertain}, f"{missing} are lost; uncertain: {uncertain}")
        self.assertEqual(arrived, [text for text in expected if text in arrived])
        for n in range(60):
            again = self.assert_ok(number.text(bob, f"line {n}", key=f"{number.pn}-{n}", is_async=True), 202)
            self.assertEqual((again["outboxId"], again["replayed"]), (outbox[n], True))
        time.sleep(1)
        self.assertEqual(self.texts_at(bob)[1:], arrived)
        return uncertain


class SeveralProcesses(LinkedTest):
    gateway_arguments = ("--linked-sessions-per-process", 2)

    def test_each_has_its_share_and_one_that_ends_takes_only_its_own_along(self):
        numbers, bob = [self.number() for _ in range(5)], self.person()
        pids = self.gateway.sidecars()
        self.assertEqual(len(pids), 3)
        self.assertEqual(self.gateway.metric("wherry_linked_processes"), 3)
        told = {number.session: len(number.events("session.status")) for number in numbers}
        os.kill(pids[0], signal.SIGKILL)
        def fallen():
            return [number for number in numbers if len(number.events("session.status")) > told[number.session]]
        wait_until(fallen, "the loss is told")
        for number in numbers:
            number.wait_status("working")
        wait_until(lambda: all(number.events("session.status")[-1]["payload"]["status"] == "working" for number in numbers), "all work again")
        self.assertIn(len(fallen()), (1, 2))
        for number in numbers:
            self.assert_ok(number.text(bob, f"from {number.pn}"))
        self.assertEqual(len(self.texts_at(bob)), 5)

    def texts_at(self, person):
        return [entry["message"]["extendedTextMessage"]["text"] for entry in person.inbox()]

    def test_one_that_hangs_is_replaced(self):
        number, bob = self.number(), self.person()
        self.assert_ok(number.text(bob, "warm up"))
        hung = self.gateway.sidecars()
        for pid in hung:
            os.kill(pid, signal.SIGSTOP)
        messages = [bob.write(number, text=f"meanwhile {n}") for n in range(3)]
        number.event("session.status", seconds=60, status="starting", previous="working")
        number.wait_status("working", 60)
        number.event("message", waMessageId=messages[-1])
        self.assertEqual([event["payload"]["waMessageId"] for event in number.events("message")], messages)
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in hung), "those that hung are gone")
        self.assert_ok(number.text(bob, "it sends again"))
        self.assertEqual(self.texts_at(bob), ["warm up", "it sends again"])

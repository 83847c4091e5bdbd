"""Nothing that was answered is lost: over a clean restart and over a kill at the worst moment."""
import concurrent.futures
import json
import shutil
import subprocess
import tempfile
import threading
import unittest

from support import BINARY, Demo, Gateway, Process, Simulator, call, free_port, text_of, wait_until

CUSTOMERS = 100
MESSAGES = 1000


class Restart(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def start(self):
        demo = Demo(self.directory + "/data")
        self.addCleanup(demo.process.kill)
        return demo

    def test_the_same_data_directory_keeps_keys_conversation_messages_and_files(self):
        demo = self.start()
        sent = demo.send(demo.key, demo.conversation, text="before")
        self.assertEqual(sent.status, 200, sent)
        media = demo.upload(demo.key, b"%PDF-1.4 kept", "kept.pdf", "application/pdf").json["mediaId"]
        before = demo.ready
        _, status = demo.process.stop()
        self.assertEqual(status, 0)

        demo = self.start()
        for name in ("api_key", "admin_key", "tenant_id", "channel_id", "phone_number_id", "conversation_id", "customer"):
            self.assertEqual(demo.ready[name], before[name], name)
        self.assertIsNotNone(demo.state_of(sent.json["messageId"]))
        self.assertEqual(demo.send(demo.key, demo.conversation, text="after").status, 200)
        link = call("GET", f"{demo.base_url}/v1/media/download/{media}", key=demo.key)
        self.assertEqual(call("GET", link.headers["location"]).body, b"%PDF-1.4 kept")

    def test_what_was_read_before_a_kill_is_still_there_after_it(self):
        demo = self.start()
        wamid = demo.send(demo.key, demo.conversation, text="read me").json["messageId"]
        wait_until(lambda: demo.state_of(wamid) == "read", "it to be read")
        demo.process.kill()
        demo = self.start()
        self.assertEqual(demo.state_of(wamid), "read")

    def test_a_second_server_on_the_same_data_directory_is_refused(self):
        demo = self.start()
        second = subprocess.run([BINARY, "serve", "--data-dir", self.directory + "/data", "--port", "0"], capture_output=True, text=True, timeout=30)
        self.assertNotEqual(second.returncode, 0)
        self.assertTrue(second.stderr.strip())
        self.assertEqual(demo.send(demo.key, demo.conversation, text="unharmed").status, 200)


class KillDuringLoad(unittest.TestCase):
    """A thousand sends at once, kill -9 in the middle, start again: every 2xx is at the customer, once."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.data = self.directory + "/data"
        self.port = free_port()
        self.simulator_process = Process("simulate", "--port", 0, "--control-port", 0, "--no-throttles", "--json",
                                         "--callback-url", f"http://127.0.0.1:{self.port}/webhooks/meta", ready_line=True)
        self.addCleanup(self.simulator_process.kill)
        ready = self.simulator_process.ready
        self.simulator = Simulator(ready["simulator_control_url"], ready["phone_number_id"])
        tenant = self.wherry("tenant", "create", "--name", "load")["id"]
        self.key = self.wherry("key", "create", "--tenant", tenant, "--style", "pipes", "--rate-limit", "0")["key"]
        self.wherry("channel", "add", "--tenant", "load", "--phone-number-id", ready["phone_number_id"], "--waba-id", ready["waba_id"],
                    "--display-number", ready["display_number"], "--access-token", ready["access_token"], "--app-secret", ready["app_secret"],
                    "--verify-token", ready["verify_token"], "--messages-per-second", "0", "--no-pair-limit", "--graph-url", ready["simulator_url"])
        self.gateway = self.serve()

    def wherry(self, *arguments):
        done = subprocess.run([BINARY, *arguments, "--data-dir", self.data, "--json"], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def serve(self):
        self.process = Process("serve", "--data-dir", self.data, "--port", self.port, "--log-level", "warn")
        self.addCleanup(self.process.kill)

        def answers():
            try:
                return call("GET", f"http://127.0.0.1:{self.port}/readyz", timeout=2).status == 200
            except OSError:
                self.assertIsNone(self.process.child.poll(), self.process.output())
                return False
        wait_until(answers, "the server to be ready")
        with open(self.data + "/admin.key") as file:
            return Gateway(f"http://127.0.0.1:{self.port}", file.read().strip())

    def test_every_answered_message_is_there_and_none_twice(self):
        customers = [f"9990{n + 2000:06d}0" for n in range(CUSTOMERS)]
        for customer in customers:
            self.simulator.write(customer)
        conversations = [self.gateway.conversation_with(customer)["id"] for customer in customers]
        answered = {}
        answered_enough = threading.Event()
        lock = threading.Lock()

        def send(number):
            text = f"message {number}"
            try:
                answer = self.gateway.send(self.key, conversations[number % CUSTOMERS], text=text)
            except (OSError, ConnectionError):
                return  # killed under us: no promise was made
            except Exception as problem:  # a cut answer is no promise either
                if type(problem).__module__ != "http.client":
                    raise
                return
            if answer.status == 200:
                with lock:
                    answered[text] = answer.json["messageId"]
                    if len(answered) >= MESSAGES // 3:
                        answered_enough.set()

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            sends = [pool.submit(send, number) for number in range(MESSAGES)]
            self.assertTrue(answered_enough.wait(60), f"only {len(answered)} sends were answered")
            self.process.kill()
            for done in sends:
                done.result()
        self.assertLess(len(answered), MESSAGES, "the kill came too late to prove anything")

        gateway = self.serve()
        wait_until(lambda: gateway.metric("wherry_outbox_waiting") == 0, "the outbox to empty after the restart", 60)
        for text, wamid in answered.items():
            self.assertIn(gateway.state_of(wamid), ("sent", "delivered", "read"), text)
        arrived = [text_of(message) for message in self.simulator.messages()]
        self.assertEqual(len(arrived), len(set(arrived)), "a message was sent twice")
        self.assertEqual(set(answered) - set(arrived), set())
        # The restarted gateway works on, in the same conversations.
        self.assertEqual(gateway.send(self.key, conversations[0], text="and on").status, 200)


if __name__ == "__main__":
    unittest.main()

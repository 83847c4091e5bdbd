"""The commands operators use, without a server and against a running one."""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

from support import BINARY, ROOT, DemoTest


def wherry(*arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WHERRY_")}
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=30, env={**clean, **environment})


class Offline(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.data = self.directory + "/data"

    def test_wrong_arguments_end_with_status_2_and_say_why(self):
        for arguments in (("nonsense",), (), ("serve", "--port", "99999"), ("serve", "--port", "x"), ("key", "create"), ("serve", "--log-level", "loud")):
            with self.subTest(arguments=arguments):
                done = wherry(*arguments)
                self.assertEqual(done.returncode, 2, done)
                self.assertTrue(done.stderr or done.stdout)

    def test_the_version_is_printed(self):
        self.assertRegex(wherry("version").stdout, r"^wherry \d+\.\d+\.\d+\n$")

    def test_flags_win_over_the_environment_and_that_over_the_file(self):
        path = pathlib.Path(self.directory) / "wherry.toml"
        path.write_text("port = 1001\nmax_waiting = 5\naddress = \"127.0.0.1\"\n")
        done = wherry("config", "--config", path, "--port", "1003", WHERRY_PORT="1002", WHERRY_MAX_WAITING="6")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\nport = 1003\n", done.stdout)
        self.assertIn("\nmax_waiting = 6\n", done.stdout)

    def test_a_misspelt_setting_is_refused_with_its_line(self):
        path = pathlib.Path(self.directory) / "wherry.toml"
        path.write_text("port = 1001\nprot = 1\n")
        done = wherry("config", "--config", path)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("wherry.toml:2", done.stderr)
        self.assertIn("prot", done.stderr)

    def test_secrets_are_never_printed(self):
        secret = "s3cret-admin-key-0123456789abcdef"
        done = wherry("config", WHERRY_ADMIN_KEY=secret)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(secret, done.stdout)

    def test_tenant_key_and_channel_are_made_listed_and_survive(self):
        tenant = json.loads(wherry("tenant", "create", "--name", "Acme", "--data-dir", self.data, "--json").stdout)
        self.assertRegex(tenant["id"], r"^ten_")
        key = json.loads(wherry("key", "create", "--tenant", "Acme", "--data-dir", self.data, "--json").stdout)
        self.assertRegex(key["key"], r"^pk_.{32}$")
        channel = wherry("channel", "add", "--tenant", tenant["id"], "--phone-number-id", "106540352242922", "--waba-id", "102290129340398",
                         "--display-number", "+1 555 010 7788", "--access-token", "EAAG-token-value", "--app-secret", "0123456789abcdef0123456789abcdef",
                         "--verify-token", "verify-me-please", "--data-dir", self.data, "--json")
        self.assertEqual(channel.returncode, 0, channel.stderr)
        self.assertNotIn("EAAG-token-value", channel.stdout)
        listed = json.loads(wherry("channel", "list", "--data-dir", self.data, "--json").stdout)["data"]
        self.assertEqual([item["phone_number_id"] for item in listed], ["106540352242922"])
        self.assertNotIn(key["key"], wherry("key", "list", "--data-dir", self.data).stdout)

    def test_secrets_are_sealed_on_disk_and_the_directory_is_private(self):
        wherry("tenant", "create", "--name", "Acme", "--data-dir", self.data)
        key = json.loads(wherry("key", "create", "--tenant", "Acme", "--data-dir", self.data, "--json").stdout)["key"]
        token = "EAAG-very-recognisable-token"
        done = wherry("channel", "add", "--tenant", "Acme", "--phone-number-id", "106540352242922", "--waba-id", "1", "--display-number", "15550107788",
                      "--access-token", token, "--app-secret", "app-secret-recognisable", "--verify-token", "verify-recognisable", "--data-dir", self.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        files = [path for path in pathlib.Path(self.data).rglob("*") if path.is_file()]
        everything = b"".join(path.read_bytes() for path in files)
        for secret in (token, "app-secret-recognisable", "verify-recognisable", key):
            self.assertNotIn(secret.encode(), everything)
        self.assertEqual(stat.S_IMODE(os.stat(self.data).st_mode), 0o700)
        for name in ("master.key", "admin.key"):
            self.assertEqual(stat.S_IMODE(os.stat(f"{self.data}/{name}").st_mode), 0o600, name)

    def test_a_key_has_scopes_limits_and_an_end_and_is_rotated(self):
        def run(*arguments):
            done = wherry(*arguments, "--data-dir", self.data, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)
        run("tenant", "create", "--name", "Acme")
        made = run("key", "create", "--tenant", "Acme", "--style", "magpipe", "--label", "shop", "--scope", "send", "--limit", "3/60,9/3600",
                   "--expires", "2999-01-01")
        self.assertRegex(made["key"], r"^mgp_[0-9a-f]{40}$")
        self.assertEqual(made["scopes"], ["send"])
        self.assertEqual(made["rate_limits"], [{"requests": 3, "window_seconds": 60}, {"requests": 9, "window_seconds": 3600}])
        changed = run("key", "update", made["id"], "--unlimited")
        self.assertEqual((changed["rate_limits"], changed["label"]), ([], "shop"))
        fresh = run("key", "rotate", made["id"], "--overlap", "600")
        self.assertNotEqual(fresh["key"], made["key"])
        old = next(key for key in run("key", "list")["data"] if key["id"] == made["id"])
        self.assertEqual(old["replaced_by"], fresh["id"])
        limits = run("tenant", "limits", "--tenant", "Acme", "--style", "magpipe", "--limit", "5/1")["rate_limits"]
        self.assertEqual(limits["magpipe"], [{"requests": 5, "window_seconds": 1}])

    def test_a_key_file_that_others_can_read_is_refused(self):
        wherry("tenant", "create", "--name", "Acme", "--data-dir", self.data)
        os.chmod(self.data + "/master.key", 0o644)
        done = wherry("tenant", "list", "--data-dir", self.data)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("master.key", done.stderr)

    def test_every_setting_is_in_the_documentation(self):
        page = (ROOT / "docs/operations/configuration.md").read_text()
        names = re.findall(r"^(\w+) = ", wherry("config").stdout, re.M)
        self.assertGreater(len(names), 10)
        self.assertEqual([name for name in names if f"`{name}`" not in page], [])


class AgainstAServer(DemoTest):
    def test_send_sends_a_text_and_a_file(self):
        conversation, customer = self.new_conversation()
        done = wherry("send", "--url", self.demo.base_url, "--key", self.key, "--conversation", conversation, "--text", "from the command line")
        self.assertEqual(done.returncode, 0, done.stderr)
        path = pathlib.Path(self.directory) / "note.pdf"
        path.write_bytes(b"%PDF-1.4 note")
        done = wherry("send", "--url", self.demo.base_url, "--key", self.key, "--conversation", conversation, "--file", path, "--caption", "a note")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([message["body"]["type"] for message in self.demo.simulator.to(customer)], ["document", "text"])

    def test_a_refused_send_ends_with_status_1_and_the_reason(self):
        done = wherry("send", "--url", self.demo.base_url, "--key", "pk_" + "x" * 32, "--conversation", self.demo.conversation, "--text", "x")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("UNAUTHORIZED", done.stderr)

    def test_admin_commands_work_over_the_network(self):
        done = wherry("tenant", "create", "--name", "remote", "--url", self.demo.base_url, "--json", WHERRY_ADMIN_KEY=self.demo.admin_key)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["name"], "remote")

    def test_doctor_is_content_with_the_demo(self):
        done = wherry("doctor", "--url", self.demo.base_url, "--json", WHERRY_ADMIN_KEY=self.demo.admin_key)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIs(json.loads(done.stdout)["healthy"], True)

    def test_doctor_finds_a_token_that_whatsapp_refuses(self):
        channel = self.demo.ready["channel_id"]
        good = self.demo.admin("PATCH", f"/channels/{channel}", {"name": "before"})
        self.assertEqual(good.status, 200, good)
        broken = self.demo.admin("POST", "/channels", {
            "tenant_id": self.demo.tenant, "name": "broken", "phone_number_id": "999999999999999", "waba_id": "1", "display_number": "15550100000",
            "access_token": "no-such-token", "app_secret": "s" * 32, "verify_token": "v" * 16, "graph_url": self.demo.ready["simulator_url"]})
        self.assertEqual(broken.status, 201, broken)
        self.addCleanup(self.demo.admin, "DELETE", "/channels/" + broken.json["id"])
        done = wherry("doctor", "--url", self.demo.base_url, WHERRY_ADMIN_KEY=self.demo.admin_key)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("fix:", done.stdout)


if __name__ == "__main__":
    unittest.main()

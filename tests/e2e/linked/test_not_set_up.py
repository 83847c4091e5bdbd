"""Without Node.js or the sidecar's packages everything but linked numbers works, and one line says what to do."""
import pathlib
import shutil
import tempfile
import unittest

from linked_world import ROOT, Gateway, Process, call, free_port, wait_until


class NotSetUp(unittest.TestCase):
    def serve(self, *arguments):
        directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        port = free_port()
        process = Process("serve", "--data-dir", directory + "/data", "--port", port, *arguments)
        self.addCleanup(process.kill)
        def ready():
            try:
                return call("GET", f"http://127.0.0.1:{port}/readyz", timeout=5).status == 200
            except OSError:
                return False
        wait_until(ready, "it serves")
        gateway = Gateway(f"http://127.0.0.1:{port}", pathlib.Path(directory, "data/admin.key").read_text().strip())
        key = gateway.admin("POST", "/keys", {"tenant_id": gateway.new_tenant("acme"), "style": "sessions"}).json["key"]
        return process, gateway, key

    def check(self, what, *arguments):
        process, gateway, key = self.serve(*arguments)
        for _ in range(2):
            answer = call("POST", gateway.base_url + "/api/v1/sessions", {"start": True}, key)
            self.assertEqual(answer.status, 503, answer)
            message = answer.json["error"]["message"]
            self.assertIn(what, message)
            self.assertIn("./dev setup linked", message)
            self.assertNotIn("\n", message)
        self.assertEqual(call("GET", gateway.base_url + "/api/v1/sessions", key=key).json["data"], [])
        self.assertEqual(call("POST", gateway.base_url + "/api/v1/sessions", {}, key).status, 201)
        said = [line for line in process.whole_output().splitlines() if "./dev setup linked" in line]
        self.assertEqual(len(said), 1, said)

    def test_without_node(self):
        self.check("Node.js 20", "--linked-directory", self.sidecar_without_runtime(), "--linked-node", "/no/node")

    def test_without_packages(self):
        self.check("packages", "--linked-directory", self.sidecar_without_runtime(packages=False))

    def test_without_a_sidecar(self):
        self.check("sidecar", "--linked-directory", "/nowhere")

    def sidecar_without_runtime(self, packages=True):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="wherry-e2e-"))
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        shutil.copytree(ROOT / "linked/src", directory / "src")
        if packages:
            (directory / "node_modules/baileys").mkdir(parents=True)
        return directory

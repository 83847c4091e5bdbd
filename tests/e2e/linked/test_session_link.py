"""`wherry session link` shows a code in the terminal until a phone has used it; pages show the same code as an image."""
import re
import subprocess

from linked_world import LinkedTest, wait_until
from support import BINARY


class SessionLink(LinkedTest):
    def command(self, *arguments):
        return subprocess.Popen([BINARY, "session", "link", "--url", self.gateway.base_url, "--key", self.gateway.key, *arguments],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, child):
        try:
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
        return out, err

    def read_code(self, child):
        """Its lines until the code is there: at least as many as the smallest one has."""
        lines = [child.stdout.readline()]
        while sum("█" in line for line in lines) < 11:
            lines.append(child.stdout.readline())
            assert lines[-1], lines
        return "".join(lines)

    def test_a_phone_that_scans_the_terminal_is_linked(self):
        number = self.number(link=False)
        child = self.command(number.session)
        shown = self.read_code(child)
        self.wa.post("/scan", pn=number.pn, qr=number.qr())
        out, err = self.finish(child)
        self.assertEqual((child.returncode, err), (0, ""))
        self.assertIn(f"linked: {number.pn}", out)
        self.assertRegex(shown, "[█▀▄]{2}")
        self.assertEqual(number.status(), "working")
        out, _ = self.finish(self.command(number.session))
        self.assertIn(f"linked: {number.pn}", out, "once more says so at once")

    def test_without_a_session_one_is_made_and_a_pairing_code_is_typed(self):
        number = self.number(link=False)
        child = self.command("--label", "Shop", "--phone", number.pn)
        self.wa.get("/wait/code", pn=number.pn, timeout=30_000)
        session = re.match(r"session (pool_\w+)", child.stdout.readline())[1]
        code = re.search(r"Type: (\w{4}-\w{4})", child.stdout.readline())[1]
        self.wa.post("/code", pn=number.pn, code=code.replace("-", ""))
        out, err = self.finish(child)
        self.assertEqual((child.returncode, err), (0, ""))
        self.assertIn(f"linked: {number.pn}", out)
        shown = self.gateway.api("GET", f"/sessions/{session}").json
        self.assertEqual((shown["label"], shown["status"]), ("Shop", "working"))

    def test_what_goes_wrong_is_said_and_ends_it(self):
        child = self.command("pool_00000000000000000000000000")
        out, err = self.finish(child)
        self.assertEqual((child.returncode, out), (1, ""))
        self.assertIn("no such session", err)

    def test_a_page_shows_the_code_as_an_image(self):
        number = self.number(link=False)
        number.act("start")
        number.qr()
        png = wait_until(lambda: self.image(number, "png"), "a PNG")
        self.assertTrue(png.startswith(b"\x89PNG\r\n"))
        svg = wait_until(lambda: self.image(number, "svg"), "an SVG")
        self.assertIn(b"<svg ", svg)
        self.assert_refused(number.api("GET", "/qr?format=gif"), 400, "validation_error")

    def image(self, number, form):
        answer = number.api("GET", f"/qr?format={form}")
        if answer.status != 200:
            return None
        self.assertEqual(answer.headers["content-type"], {"png": "image/png", "svg": "image/svg+xml"}[form])
        self.assertEqual(answer.headers["cache-control"], "no-store")
        return answer.body

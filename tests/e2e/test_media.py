"""Files: uploaded three ways, sent by id, downloaded through a short-lived link."""
import base64
import hashlib
import unittest
import zlib

from support import DemoTest, call


def png(width=3):
    """A small valid PNG of one grey row per pixel."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    rows = b"".join(b"\0" + b"\x7f" * width for _ in range(width))
    head = width.to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Media(DemoTest):
    def upload_id(self, *arguments):
        answer = self.demo.upload(self.key, *arguments)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(set(answer.json), {"mediaId"})
        self.assertEqual(len(answer.json["mediaId"]), 21)
        return answer.json["mediaId"]

    def download(self, media, headers=None):
        link = call("GET", f"{self.demo.base_url}/v1/media/download/{media}", key=self.key)
        self.assertEqual(link.status, 302, link)
        return call("GET", link.headers["location"], headers=headers)

    def test_an_uploaded_file_can_be_sent_more_than_once_and_is_seen_by_the_customer(self):
        media = self.upload_id(png(), "plan.png", "image/png")
        conversation, customer = self.new_conversation()
        for _ in range(2):
            answer = self.demo.send(self.key, conversation, media=media, caption="The floor plan")
            self.assertEqual(answer.status, 200, answer)
        sent = self.demo.simulator.to(customer)
        self.assertEqual([message["body"]["type"] for message in sent], ["image", "image"])
        self.assertEqual({message["body"]["image"]["caption"] for message in sent}, {"The floor plan"})

    def test_a_download_is_a_short_lived_link_to_the_same_bytes(self):
        media = self.upload_id(PDF, "rechnung äöü.pdf", "application/pdf")
        answer = self.download(media)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.body, PDF)
        self.assertEqual(answer.headers["content-type"], "application/pdf")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertTrue(answer.headers["content-disposition"].startswith("attachment"))

    def test_a_part_of_a_file_can_be_asked_for(self):
        content = hashlib.shake_256(b"e2e").digest(200_000)
        media = self.upload_id(content, "noise.bin")
        answer = self.download(media, {"Range": "bytes=1000-1999"})
        self.assertEqual(answer.status, 206, answer)
        self.assertEqual(answer.headers["content-range"], "bytes 1000-1999/200000")
        self.assertEqual(answer.body, content[1000:2000])
        self.assertEqual(self.download(media, {"Range": "bytes=-10"}).body, content[-10:])
        self.assertEqual(self.download(media, {"Range": "bytes=200000-"}).status, 416)

    def test_a_link_that_was_changed_opens_nothing(self):
        media = self.upload_id(PDF, "a.pdf", "application/pdf")
        other = self.upload_id(png(), "b.png", "image/png")
        location = call("GET", f"{self.demo.base_url}/v1/media/download/{media}", key=self.key).headers["location"]
        self.assertGreaterEqual(call("GET", location.replace(media, other)).status, 400)
        self.assertGreaterEqual(call("GET", location.split("?")[0]).status, 400)
        flipped = location[:-1] + ("0" if location[-1] != "0" else "1")
        self.assertGreaterEqual(call("GET", flipped).status, 400)

    def test_base64_data_can_be_uploaded_and_sent_directly(self):
        url = self.demo.base_url + "/v1/media/upload"
        data = base64.b64encode(png()).decode()
        uploaded = call("POST", url, {"data": data, "mimeType": "image/png", "fileName": "dot.png"}, self.key)
        self.assertEqual(uploaded.status, 200, uploaded)
        self.assertEqual(self.download(uploaded.json["mediaId"]).body, png())
        conversation, customer = self.new_conversation()
        answer = self.demo.send(self.key, conversation, media=data, mimeType="image/png", fileName="dot.png", text="as caption")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.demo.simulator.to(customer)[0]["body"]["image"]["caption"], "as caption")

    def test_what_is_not_base64_or_has_no_type_gets_400(self):
        url = self.demo.base_url + "/v1/media/upload"
        for body in ({"data": "not base64!", "mimeType": "image/png"}, {"data": base64.b64encode(png()).decode()}, {"mimeType": "image/png"}, {}):
            with self.subTest(body=str(body)[:40]):
                self.assert_error(call("POST", url, body, self.key), 400, "INVALID_REQUEST")

    def test_a_url_inside_the_house_is_refused_and_never_called(self):
        upload = self.demo.base_url + "/v1/media/upload"
        inside = self.demo.ready["simulator_control_url"].split("://")[1]
        for url in (f"https://{inside}/sim/messages", "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest/meta-data/",
                    "https://10.0.0.1/x", "https://0x7f000001/", "https://localhost/x", f"http://{inside}/sim/messages", "ftp://example.org/x",
                    "https://[::ffff:127.0.0.1]/x", "https://user:pass@127.0.0.1/"):
            with self.subTest(url=url):
                self.assert_error(call("POST", upload, {"url": url}, self.key), 400, "INVALID_URL")
        conversation, customer = self.new_conversation()
        self.assert_error(self.demo.send(self.key, conversation, media="https://127.0.0.1/a.png"), 400, "INVALID_URL")
        self.assertEqual(self.demo.simulator.to(customer), [])

    def test_anothers_file_gets_403_and_an_unknown_one_404(self):
        media = self.upload_id(png(), "mine.png", "image/png")
        stranger = self.demo.new_key(self.demo.new_tenant("media stranger"))
        url = self.demo.base_url + "/v1/media/download/"
        self.assert_error(call("GET", url + media, key=stranger), 403, "FORBIDDEN")
        self.assert_error(call("GET", url + "A" * 21, key=self.key), 404, "NOT_FOUND")
        self.assert_error(call("GET", url + media), 401, "UNAUTHORIZED")
        conversation, customer = self.new_conversation()
        self.assert_error(self.demo.send(self.key, conversation, media="A" * 21), 404, "NOT_FOUND")
        self.assertEqual(self.demo.simulator.to(customer), [])

    def test_an_image_that_is_too_big_is_refused(self):
        too_big = png() + b"\0" * (5 * 1024 * 1024)
        self.assert_error(self.demo.upload(self.key, too_big, "big.png", "image/png"), 400, "INVALID_MEDIA")
        self.assert_error(self.demo.upload(self.key, b"", "empty.png", "image/png"), 400, "INVALID_MEDIA")

    def test_a_form_without_a_file_gets_400(self):
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        body = b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n'
        self.assert_error(call("POST", self.demo.base_url + "/v1/media/upload", body, self.key, headers), 400, "INVALID_REQUEST")

    def test_the_same_bytes_are_stored_once(self):
        content = hashlib.shake_256(b"twice").digest(50_000)
        first, second = self.upload_id(content, "a.bin"), self.upload_id(content, "b.bin")
        self.assertNotEqual(first, second)
        self.assertEqual(self.download(second).body, content)
        stored = [path for path in self.files() if path.stat().st_size == 50_000]
        self.assertEqual(len(stored), 1, stored)

    def files(self):
        import pathlib
        root = pathlib.Path(self.directory) / "data"
        return [path for path in root.rglob("*") if path.is_file() and "simulator" not in path.parts]


if __name__ == "__main__":
    unittest.main()

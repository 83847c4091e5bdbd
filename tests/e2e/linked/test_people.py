"""Whom a number knows, what became of its messages, and what is dropped when it is done with."""
import base64
import pathlib
import time
import urllib.parse

from linked_world import LinkedTest, wait_until
from raw_websocket import CLOSE, TEXT, Refused, WebSocket


class People(LinkedTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.us = cls.number(cls)
        cls.bob = cls.person(cls, name="Bob")

    def stored(self, message, chat=None):
        found = [one for one in self.us.messages(chat or self.bob.jid) if one["waMessageId"] == message]
        return found[0] if found else None

    def contacts(self, **query):
        return self.assert_ok(self.us.api("GET", "/contacts?" + urllib.parse.urlencode({"limit": 200, **query})))["data"]

    def test_who_writes_is_a_contact_under_both_addresses(self):
        nora = self.person(name="Nora")
        self.us.event("message", waMessageId=nora.write(self.us, text="hi"))
        def known():
            return [one for one in self.contacts(source="dm") if one["phoneJid"] == nora.jid]
        [contact] = wait_until(known, "Nora is a contact")
        self.assertEqual((contact["name"], contact["phoneNumber"]), ("Nora", nora.pn))
        self.assertEqual([one["id"] for one in self.contacts(q="Nor")], [contact["id"]])
        shown = self.assert_ok(self.us.api("GET", f"/contacts/{nora.jid}"))
        self.assertEqual((shown["dm"]["jid"], shown["identity"]["id"]), (nora.jid, contact["id"]))

    def test_members_of_groups_are_contacts_by_group(self):
        olga, paul = self.person(name="Olga"), self.person(name="Paul")
        group = self.assert_ok(self.us.api("POST", "/groups", {"name": "Choir", "participants": [olga.jid, paul.jid]}), 201)["id"]
        self.us.event("message", waMessageId=olga.write(group, text="la"))
        self.assert_ok(self.us.api("GET", f"/groups/{urllib.parse.quote(group)}/members"))
        members = self.contacts(source="group", group=group)
        self.assertEqual(len(members), 3)
        self.assertEqual(self.contacts(source="group", group="120363000000000000@g.us"), [])
        [found] = [one for one in members if one["name"] == "Olga"]
        shown = self.assert_ok(self.us.api("GET", "/contacts/" + (found["phoneJid"] or found["lid"])))
        [place] = [one for one in shown["groups"] if one["jid"] == group]
        self.assertEqual((place["name"], place["role"], place["tag"]), ("Choir", "member", None))
        self.assertLess(abs(place["lastSeen"] - time.time() * 1000), 60_000)

    def test_an_edit_and_a_revocation_show_in_the_chat(self):
        message = self.bob.write(self.us, text="first version")
        self.us.event("message", waMessageId=message)
        self.assertEqual((self.stored(message)["edited"], self.stored(message)["deleted"]), (False, False))
        self.bob.write(self.us, "edit", id=message, text="second version")
        wait_until(lambda: self.stored(message)["edited"], "the edit")
        self.assertEqual(self.stored(message)["body"], "second version")
        self.bob.write(self.us, "revoke", id=message)
        wait_until(lambda: self.stored(message)["deleted"], "the revocation")
        self.assertEqual(self.stored(message)["body"], "")

    def test_our_own_edit_shows_too(self):
        sent = self.assert_ok(self.us.text(self.bob, "mine"))["messageId"]
        self.assert_ok(self.us.api("PATCH", f"/messages/{sent}", {"chat": self.bob.jid, "text": "mine, better"}))
        self.assertEqual((self.stored(sent)["body"], self.stored(sent)["edited"]), ("mine, better", True))

    def test_what_the_phone_writes_stands_in_the_chat_once(self):
        self.us.event("message", waMessageId=self.bob.write(self.us, text="are you there?"))
        message = self.wa.post("/phone/send", **{"from": self.us.pn, "to": self.bob.pn, "kind": "text", "text": "from my phone"})["id"]
        self.us.event("message", waMessageId=message)
        wait_until(lambda: self.stored(message), "it is stored")
        shown = self.stored(message)
        self.assertEqual((shown["direction"], shown["fromMe"], shown["body"], shown["senderJid"], shown["type"]), ("out", True, "from my phone", self.us.jid, "text"))
        self.assertEqual(len([one for one in self.us.messages(self.bob.jid) if one["waMessageId"] == message]), 1)

    def test_a_file_and_a_quote_are_described(self):
        first = self.bob.write(self.us, text="question")
        self.us.event("message", waMessageId=first)
        message = self.bob.write(self.us, "document", data=base64.b64encode(b"x" * 1234).decode(), fileName="a.pdf", mimetype="application/pdf", quote=first)
        self.us.event("message", waMessageId=message)
        shown = self.stored(message)
        self.assertEqual((shown["mediaMimetype"], shown["mediaSize"], shown["mediaFilename"], shown["quotedMessageId"]), ("application/pdf", 1234, "a.pdf", first))
        sent = self.assert_ok(self.us.send({"type": "document", "to": self.bob.jid, "media": {"data": base64.b64encode(b"y" * 77).decode(), "mimetype": "text/plain", "filename": "b.txt"}}))
        shown = self.stored(sent["messageId"])
        self.assertEqual((shown["mediaMimetype"], shown["mediaSize"], shown["mediaFilename"]), ("text/plain", 77, "b.txt"))

    def test_bytes_go_with_the_end_of_their_message(self):
        def kept(content):
            files = [path for path in pathlib.Path(self.directory, "data/media").rglob("*") if path.is_file()]
            return content in [path.read_bytes() for path in files]
        waited, queued = b"waited for" * 500, b"put in line" * 500
        body = {"type": "document", "to": self.bob.jid, "media": {"mimetype": "text/plain", "filename": "c.txt"}}
        body["media"]["data"] = base64.b64encode(waited).decode()
        self.assert_ok(self.us.send(body))
        self.assertFalse(kept(waited))
        self.us.act("stop")
        body["media"]["data"] = base64.b64encode(queued).decode()
        sent = self.assert_ok(self.us.send(body, is_async=True), 202)
        time.sleep(7)
        self.assertTrue(kept(queued), "the file of a message that waits")
        self.us.act("start")
        self.bob.got(id=sent["messageId"])
        wait_until(lambda: not kept(queued), "the bytes go", 15)

    def test_a_stream_ends_with_its_key(self):
        made = self.gateway.admin("POST", "/keys", {"tenant_id": self.gateway.tenant, "style": "sessions", "rate_limit": 0}).json
        ticket = self.assert_ok(self.gateway.api("POST", "/realtime/ticket", {}, key=made["key"]))["ticket"]
        unused = self.assert_ok(self.gateway.api("POST", "/realtime/ticket", {}, key=made["key"]))["ticket"]
        stream = WebSocket(self.gateway.base_url, path="/api/v1/realtime", ticket=ticket)
        self.bob.write(self.us, text="heard")
        self.assertEqual(stream.read_json()["session"], self.us.session)
        self.assertEqual(self.gateway.admin("DELETE", f"/keys/{made['id']}").status // 100, 2)
        last = TEXT
        while last == TEXT:
            last, _ = stream.read()
        self.assertEqual(last, CLOSE)
        with self.assertRaises(Refused) as refused:
            WebSocket(self.gateway.base_url, path="/api/v1/realtime", ticket=unused)
        self.assertEqual(refused.exception.status, 401)

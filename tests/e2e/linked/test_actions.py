"""What can be done with messages, contacts and chats beside sending."""
import base64
import urllib.parse

from linked_world import LinkedTest


class Actions(LinkedTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.us = cls.number(cls)
        cls.bob = cls.person(cls, name="Bob")

    def own_text(self, text):
        """A text of the account, written on its phone."""
        message = self.wa.post("/phone/send", **{"from": self.us.pn, "to": self.bob.pn, "kind": "text", "text": text})["id"]
        self.us.event("message", waMessageId=message)
        self.bob.got(id=message)
        return message

    def act(self, method, tail, **body):
        answer = self.assert_ok(self.us.api(method, "/messages/" + tail, body))
        self.assertEqual((answer["status"], answer["mode"]), ("sent", "sync"))
        return self.bob.got(id=answer["messageId"])

    def test_an_own_text_is_edited_and_revoked(self):
        message = self.own_text("first")
        edited = self.act("PATCH", message, chat=self.bob.jid, text="second")
        self.assertEqual(edited["edit"], "1")
        self.assertEqual(edited["message"]["protocolMessage"]["key"]["id"], message)
        self.assertIn("second", str(edited["message"]["protocolMessage"]["editedMessage"]))
        revoked = self.act("DELETE", message, chat=self.bob.jid, sender="")
        self.assertEqual((revoked["edit"], revoked["message"]["protocolMessage"]["key"]["id"]), ("7", message))

    def test_a_reaction_comes_and_goes(self):
        message = self.bob.write(self.us, text="like me")
        self.us.event("message", waMessageId=message)
        added = self.act("POST", f"{message}/reaction", chat=self.bob.jid, sender=self.bob.jid, emoji="👍")["message"]["reactionMessage"]
        self.assertEqual((added["text"], added["key"]["id"]), ("👍", message))
        removed = self.act("DELETE", f"{message}/reaction", chat=self.bob.jid, sender=self.bob.jid)
        self.assertEqual(removed["message"]["reactionMessage"].get("text", ""), "")
        self.assert_refused(self.us.api("POST", f"/messages/{message}/reaction", {"chat": self.bob.jid, "sender": self.bob.jid}), 400, "validation_error")

    def test_a_vote_replaces_the_one_before(self):
        poll = self.bob.write(self.us, "poll", name="P?", options=["red", "blue"], selectable=1)
        self.us.event("message", waMessageId=poll)
        for options in (["blue"], ["red"], []):
            vote = self.act("POST", f"{poll}/vote", chat=self.bob.jid, sender=self.bob.jid, options=options)
            self.assertEqual(self.wa.get("/phone/vote", pn=self.bob.pn, id=vote["id"])["options"], options)
        for options in (["green"], ["red", "blue"]):
            self.assert_refused(self.us.api("POST", f"/messages/{poll}/vote", {"chat": self.bob.jid, "sender": self.bob.jid, "options": options}), 400, "validation_error")

    def test_what_is_not_known_is_not_found(self):
        text = self.bob.write(self.us, text="no poll")
        self.us.event("message", waMessageId=text)
        answer = self.us.api("POST", f"/messages/{text}/vote", {"chat": self.bob.jid, "sender": self.bob.jid, "options": ["x"]})
        self.assertIn(answer.status, (400, 404), answer)
        self.assert_refused(self.us.api("POST", "/messages/3ANOTHERPOLL/vote", {"chat": self.bob.jid, "sender": self.bob.jid, "options": []}), 404, "not_found")

    def test_actions_of_a_stopped_number_are_refused(self):
        number = self.number(link=False)
        error = self.assert_refused(number.api("PATCH", "/messages/3EB0AAAAAAAAAAAA", {"chat": self.bob.jid, "text": "x"}), 409, "conflict")
        self.assertEqual(error["details"]["status"], "stopped")

    def test_typing_is_shown(self):
        since = self.wa.seq()
        chat = urllib.parse.quote(self.bob.jid)
        self.assertEqual(self.us.api("PUT", f"/chats/{chat}/presence", {"state": "composing"}).status, 204)
        self.wa.wait("typing", pn=self.us.pn, to=self.bob.jid, since=since)
        self.assert_refused(self.us.api("PUT", f"/chats/{chat}/presence", {"state": "dancing"}), 422, "validation_error")

    def test_contacts_are_looked_up(self):
        found = self.assert_ok(self.us.api("GET", f"/contacts/check?phone={self.bob.pn}"))
        self.assertEqual(found, {"isOnWhatsApp": True, "jid": self.bob.jid, "query": self.bob.pn})
        missing = self.assert_ok(self.us.api("GET", "/contacts/check?phone=999999999999"))
        self.assertEqual((missing["isOnWhatsApp"], missing["jid"]), (False, None))
        self.assertIsInstance(self.assert_ok(self.us.api("GET", f"/contacts/{self.bob.jid}/about"))["about"], str)
        self.assert_refused(self.us.api("GET", f"/contacts/{self.bob.jid}/picture"), 404, "not_found")
        self.wa.post("/phone/picture", pn=self.bob.pn, data=base64.b64encode(b"jpeg").decode())
        self.assertRegex(self.assert_ok(self.us.api("GET", f"/contacts/{self.bob.jid}/picture"))["url"], "^https:")

    def test_blocking_reaches_whatsapp(self):
        pest = self.person()
        self.assertEqual(self.us.api("POST", f"/contacts/{pest.jid}/block").status, 204)
        self.wa.wait("block", pn=self.us.pn)
        self.assertEqual(self.us.api("POST", f"/contacts/{pest.jid}/unblock").status, 204)

    def test_live_questions_to_a_stopped_number_need_a_connection(self):
        number = self.number(link=False)
        for tail in (f"/contacts/check?phone={self.bob.pn}", f"/contacts/{self.bob.jid}/about", "/groups"):
            self.assert_refused(number.api("GET", tail), 501, "not_implemented")

    def test_a_chat_is_listed_read_pinned_and_hidden(self):
        ann = self.person(name="Ann")
        message = ann.write(self.us, text="one")
        self.us.event("message", waMessageId=message)
        def chat():
            [found] = [one for one in self.assert_ok(self.us.api("GET", "/chats?limit=200"))["data"] if one["jid"] == ann.jid]
            return found
        self.assertEqual((chat()["unreadCount"], chat()["name"], chat()["type"]), (1, "Ann", "dm"))
        self.assert_ok(self.us.api("POST", f"/chats/{ann.jid}/read"))
        self.assertEqual(chat()["unreadCount"], 0)
        self.assertTrue(self.assert_ok(self.us.api("PATCH", f"/chats/{ann.jid}", {"pinned": True}))["pinned"])
        self.assertEqual(self.us.api("DELETE", f"/chats/{ann.jid}").status, 204)
        self.assertEqual(self.us.messages(ann.jid), [])
        later = ann.write(self.us, text="two")
        self.us.event("message", waMessageId=later)
        self.assertEqual([one["body"] for one in self.us.messages(ann.jid)], ["two"])

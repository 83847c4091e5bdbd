"""Groups: made, read, changed, joined by link, written in."""
import urllib.parse

from linked_world import LinkedTest, wait_until


class Groups(LinkedTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.us = cls.number(cls)
        cls.bob, cls.carol = cls.person(cls, name="Bob"), cls.person(cls, name="Carol")

    def make(self, name="Trip"):
        return self.assert_ok(self.us.api("POST", "/groups", {"name": name, "participants": [self.bob.jid]}), 201)

    def path(self, group, tail=""):
        return f"/groups/{urllib.parse.quote(group)}{tail}"

    def test_a_group_is_made_listed_and_read(self):
        made = self.make("Journey")
        self.assertEqual((made["subject"], made["participantCount"], made["id"]), ("Journey", 2, made["groupJid"]))
        self.assertIn(made["id"], [one["id"] for one in self.assert_ok(self.us.api("GET", "/groups"))["data"]])
        self.assertEqual(self.assert_ok(self.us.api("GET", self.path(made["id"])))["subject"], "Journey")
        [known] = [one for one in self.wa.get("/groups")["groups"] if one["id"] == made["id"]]
        self.assertEqual(known["subject"], "Journey")

    def test_subject_description_and_settings_are_changed(self):
        group = self.make()["id"]
        changed = self.assert_ok(self.us.api("PATCH", self.path(group), {"subject": "Tour", "description": "far away", "announce": True, "locked": True}))
        self.assertEqual((changed["subject"], changed["description"], changed["isAnnounce"], changed["isLocked"]), ("Tour", "far away", True, True))
        self.assert_refused(self.us.api("PATCH", self.path(group), {}), 400, "validation_error")

    def test_members_are_added_and_named_with_their_roles(self):
        group = self.make()["id"]
        members = self.assert_ok(self.us.api("POST", self.path(group, "/members"), {"participants": [self.carol.jid]}))["data"]
        self.assertEqual(len(members), 3)
        roles = sorted(member["role"] for member in self.assert_ok(self.us.api("GET", self.path(group, "/members")))["data"])
        self.assertEqual(roles, ["member", "member", "superadmin"])
        message = self.carol.write(group, text="thanks")
        self.assertEqual(self.us.event("message", waMessageId=message)["payload"]["chatJid"], group)

    def test_an_invitation_is_given_and_replaced(self):
        group = self.make()["id"]
        link = self.assert_ok(self.us.api("GET", self.path(group, "/invite")))["invite"]
        self.assertRegex(link, "^https://chat.whatsapp.com/.+")
        fresh = self.assert_ok(self.us.api("DELETE", self.path(group, "/invite")))["invite"]
        self.assertNotEqual(fresh, link)
        self.assertEqual(self.assert_ok(self.us.api("GET", self.path(group, "/invite")))["invite"], fresh)

    def test_an_unknown_group_is_not_found(self):
        answer = self.us.api("GET", self.path("120363000000000000@g.us"))
        self.assertIn(answer.status, (403, 404, 502), answer)
        self.assert_refused(self.us.api("GET", self.path("no-group")), 404, "not_found")

    def test_a_reaction_in_a_group_names_its_author(self):
        group = self.make()["id"]
        message = self.bob.write(group, text="hello all")
        told = self.us.event("message", waMessageId=message)["payload"]
        answer = self.assert_ok(self.us.api("POST", f"/messages/{message}/reaction", {"chat": group, "sender": told["senderJid"], "emoji": "❤"}))
        got = self.bob.got(id=answer["messageId"])["message"]["reactionMessage"]
        self.assertEqual((got["text"], got["key"]["id"]), ("❤", message))

    def test_what_members_write_while_we_are_away_comes_later(self):
        group = self.make()["id"]
        self.us.act("stop")
        messages = [self.bob.write(group, text=f"away {n}") for n in range(3)]
        self.us.act("start")
        self.us.wait_status("working")
        wait_until(lambda: len(self.us.events("message", chatJid=group)) == 3, "the three of them")
        self.assertEqual([event["payload"]["waMessageId"] for event in self.us.events("message", chatJid=group)], messages)

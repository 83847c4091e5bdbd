"""What phones write is stored and told, once, in order, as what it is."""
import base64
import time

from linked_world import LinkedTest, wait_until


class Received(LinkedTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.us = cls.number(cls)
        cls.bob = cls.person(cls, name="Bob")

    def write(self, kind="text", **wish):
        message = self.bob.write(self.us, kind, **wish)
        return self.us.event("message", waMessageId=message)["payload"]

    def test_a_text_says_who_wrote_it_where_and_when(self):
        told = self.write(text="hello")
        self.assertEqual({name: told[name] for name in ("chatJid", "senderJid", "fromMe", "direction", "type", "body", "hasMedia", "pushName", "quotedMessageId")},
                         {"chatJid": self.bob.jid, "senderJid": self.bob.jid, "fromMe": False, "direction": "in", "type": "text", "body": "hello",
                          "hasMedia": False, "pushName": "Bob", "quotedMessageId": None})
        self.assertLess(abs(told["timestamp"] - time.time() * 1000), 60_000)
        self.assertEqual(self.write(text="again", quote=told["waMessageId"])["quotedMessageId"], told["waMessageId"])

    def test_every_kind_is_told_as_what_it_is(self):
        data = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(2000)).decode()
        for kind, wish, body in (("image", {"data": data, "caption": "look"}, "look"), ("video", {"data": data, "caption": "move"}, "move"),
                                 ("audio", {"data": data, "ptt": True}, ""), ("document", {"data": data, "fileName": "a.pdf", "mimetype": "application/pdf"}, None),
                                 ("sticker", {"data": data, "mimetype": "image/webp"}, ""), ("location", {"latitude": 1.5, "longitude": 2.5, "name": "X"}, None),
                                 ("contact", {"name": "Kim", "phone": "4915199988877"}, None), ("poll", {"name": "Day?", "options": ["Mon", "Tue"]}, None)):
            with self.subTest(kind):
                told = self.write(kind, **wish)
                self.assertEqual(told["type"], kind)
                self.assertEqual(told["hasMedia"], kind in ("image", "video", "audio", "document", "sticker"))
                if body is not None:
                    self.assertEqual(told["body"], body)

    def test_files_are_fetched_whole(self):
        content = bytes(range(256)) * 2000
        message = self.bob.write(self.us, "document", data=base64.b64encode(content).decode(), fileName="table.bin", mimetype="application/octet-stream")
        self.us.event("message", waMessageId=message)
        def stored():
            found = [one for one in self.us.messages(self.bob.jid) if one["waMessageId"] == message]
            return found and found[0]["hasMedia"]
        wait_until(stored, "the message is stored")
        wait_until(lambda: self.gateway.metric('wherry_media_fetches_waiting') == 0, "every file is fetched")
        self.assertGreaterEqual(self.gateway.metric('wherry_media_fetches_total{outcome="fetched"}'), 1)
        self.assertEqual(self.gateway.metric('wherry_media_fetches_total{outcome="unavailable"}'), 0)
        self.assertIn(content, [path.read_bytes() for path in self.media_files() if path.stat().st_size == len(content)])

    def media_files(self):
        import pathlib
        return [path for path in pathlib.Path(self.directory, "data/media").rglob("*") if path.is_file()]

    def test_what_the_own_phone_writes_is_told_as_ours(self):
        message = self.wa.post("/phone/send", **{"from": self.us.pn, "to": self.bob.pn, "kind": "text", "text": "from my phone"})["id"]
        told = self.us.event("message", waMessageId=message)["payload"]
        self.assertEqual((told["fromMe"], told["direction"], told["chatJid"], told["body"]), (True, "out", self.bob.jid, "from my phone"))

    def test_a_vote_names_the_voters_whole_choice(self):
        poll = self.wa.post("/phone/send", **{"from": self.us.pn, "to": self.bob.pn, "kind": "poll", "name": "Day?", "options": ["Mon", "Tue", "Wed"], "selectable": 2})["id"]
        self.us.event("message", waMessageId=poll)
        self.bob.got(id=poll)
        for options in (["Tue", "Wed"], ["Mon"], []):
            self.bob.write(self.us, "vote", poll=poll, options=options)
            told = self.us.event("poll.vote", pollMessageId=poll, options=options)["payload"]
            self.assertEqual((told["voterJid"], told["chatJid"]), (self.bob.jid, self.bob.jid))

    def test_a_groups_messages_come_with_group_and_sender(self):
        carol = self.person(name="Carol")
        group = self.wa.post("/groups", subject="Trip", owner=carol.pn, members=[self.us.pn, self.bob.pn])["id"]
        message = carol.write(group, text="hello all")
        told = self.us.event("message", waMessageId=message)["payload"]
        self.assertEqual(told["chatJid"], group)
        self.assertIn(told["senderJid"], (carol.jid, carol.lid))
        self.assertEqual(told["body"], "hello all")
        chats = {chat["jid"]: chat for chat in self.assert_ok(self.us.api("GET", "/chats?limit=200"))["data"]}
        self.assertEqual(chats[group]["type"], "group")

    def test_a_burst_comes_whole_in_order_and_once(self):
        dora = self.person(name="Dora")
        self.wa.post("/phone/burst", **{"from": dora.pn, "to": self.us.pn, "count": 300})
        def bodies():
            return [event["payload"]["body"] for event in self.us.events("message", chatJid=dora.jid)]
        wait_until(lambda: len(bodies()) >= 300, "all of the burst", 90)
        self.assertEqual(bodies(), [f"burst {n}" for n in range(300)])
        self.assertEqual([one["body"] for one in self.us.messages(dora.jid)], bodies())
        self.wa.device(self.us.pn, queued=0)

    def test_what_was_sent_while_we_were_away_comes_once(self):
        number, eve = self.number(), self.person(name="Eve")
        number.act("stop")
        messages = [eve.write(number, text=f"while away {n}") for n in range(5)]
        self.assertEqual(number.events("message"), [])
        number.act("start")
        number.event("message", waMessageId=messages[-1])
        self.wa.device(number.pn, queued=0)
        self.assertEqual([event["payload"]["waMessageId"] for event in number.events("message")], messages)
        self.assertEqual(len(number.messages(eve.jid)), 5)

    def test_garbage_is_asked_for_again_and_told_when_it_can_be_read(self):
        fred = self.person()
        before = self.gateway.metric("wherry_session_undecryptable_total")
        garbled = self.wa.post("/phone/garbage", **{"from": fred.pn, "to": self.us.pn})["id"]
        self.wa.wait("device_receipt", pn=self.us.pn, ids=garbled, type="retry")
        wait_until(lambda: self.gateway.metric("wherry_session_undecryptable_total") > before, "it is counted")
        message = fred.write(self.us, text="readable")
        self.us.event("message", waMessageId=message)

    def test_a_phone_that_was_set_up_anew_is_understood(self):
        gina = self.person()
        self.us.event("message", waMessageId=gina.write(self.us, text="old phone"))
        self.wa.post("/phone/reinstall", pn=gina.pn)
        self.us.event("message", waMessageId=gina.write(self.us, text="new phone"))

    def test_reactions_edits_and_revocations_are_no_news_of_texts(self):
        message = self.bob.write(self.us, text="first version")
        self.us.event("message", waMessageId=message)
        self.bob.write(self.us, "edit", id=message, text="second version")
        self.bob.write(self.us, "revoke", id=message)
        after = self.bob.write(self.us, text="after all that")
        self.us.event("message", waMessageId=after)
        told = [event["payload"]["body"] for event in self.us.events("message", chatJid=self.bob.jid)]
        self.assertNotIn("second version", told)

    def test_marking_as_read_by_itself(self):
        number, hanna = self.number(autoRead=True), self.person()
        message = hanna.write(number, text="read me")
        self.wa.wait("receipt", pn=hanna.pn, ids=message, type="read")
        quiet = self.person()
        other = quiet.write(self.us, text="not marked")
        self.us.event("message", waMessageId=other)
        self.assertEqual([one for one in self.wa.journal("receipt", pn=quiet.pn) if one["type"] == "read"], [])


class ByLid(LinkedTest):
    """The same where WhatsApp addresses people by their hidden ids."""
    fake_arguments = ("--addressing", "lid")

    def test_people_are_known_by_their_numbers_all_the_same(self):
        number, bob = self.number(), self.person(name="Bob")
        told = number.event("message", waMessageId=bob.write(number, text="by lid"))["payload"]
        self.assertEqual(told["body"], "by lid")
        self.assertIn(told["chatJid"], (bob.jid, bob.lid))
        [chat] = self.assert_ok(number.api("GET", "/chats"))["data"]
        self.assertEqual(chat["jid"], bob.jid)
        self.assertEqual([one["body"] for one in number.messages(bob.jid)], ["by lid"])
        self.assertEqual([one["body"] for one in number.messages(bob.lid)], ["by lid"])

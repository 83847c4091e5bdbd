"""Every type of message reaches the phone, waited for or queued, and what becomes of it is told."""
import base64
import hashlib
import time

from linked_world import LinkedTest, wait_until

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40


def encoded(content):
    return base64.b64encode(content).decode()


def contents(bob):
    """Type by type: what is sent, and what must be found in the phone's message."""
    image = {"data": encoded(JPEG), "mimetype": "image/jpeg"}
    return {
        "text": ({"text": "hello"}, lambda m: m["extendedTextMessage"]["text"] == "hello"),
        "poll": ({"name": "Day?", "options": ["Mon", "Tue"], "selectableCount": 1},
                 lambda m: [one["optionName"] for one in next(v for k, v in m.items() if k.startswith("pollCreation"))["options"]] == ["Mon", "Tue"]),
        "location": ({"latitude": 52.5, "longitude": 13.25, "name": "Office"},
                     lambda m: (m["locationMessage"]["degreesLatitude"], m["locationMessage"]["name"]) == (52.5, "Office")),
        "contact": ({"contact": {"name": "Kim", "phone": "4915199988877"}}, lambda m: "4915199988877" in m["contactMessage"]["vcard"]),
        "image": ({"media": {**image, "caption": "look"}}, lambda m: m["imageMessage"]["caption"] == "look"),
        "video": ({"media": {"data": encoded(JPEG), "mimetype": "video/mp4"}}, lambda m: m["videoMessage"]["mimetype"] == "video/mp4"),
        "audio": ({"media": {"data": encoded(JPEG), "mimetype": "audio/ogg"}}, lambda m: m["audioMessage"]["mimetype"].startswith("audio/ogg")),
        "document": ({"media": {"data": encoded(JPEG), "mimetype": "application/pdf", "filename": "offer.pdf", "caption": "Our offer"}},
                     lambda m: "offer.pdf" in str(m)),
        "sticker": ({"media": {"data": encoded(JPEG), "mimetype": "image/webp"}}, lambda m: m["stickerMessage"]["mimetype"] == "image/webp"),
    }


class Sent(LinkedTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.us = cls.number(cls)
        cls.bob = cls.person(cls, name="Bob")

    def check_arrived(self, kind, message, fits):
        got = self.bob.got(id=message)
        self.assertTrue(fits(got["message"]), f"{kind}: {got['message']}")
        if kind in ("image", "video", "audio", "document", "sticker"):
            file = self.wa.get("/phone/media", pn=self.bob.pn, id=message)
            self.assertEqual(file.get("sha256") or hashlib.sha256(base64.b64decode(file["data"])).hexdigest(), hashlib.sha256(JPEG).hexdigest())

    def test_every_type_waited_for(self):
        for kind, (body, fits) in contents(self.bob).items():
            with self.subTest(kind):
                answer = self.assert_ok(self.us.send({"type": kind, "to": self.bob.jid, **body}))
                self.assertEqual((answer["status"], answer["mode"], answer["outboxId"], answer["replayed"]), ("sent", "sync", "", False))
                self.assertEqual(answer["messageId"], answer["waMessageId"])
                self.assertLess(abs(answer["timestamp"] - time.time() * 1000), 60_000)
                self.check_arrived(kind, answer["messageId"], fits)

    def test_every_type_queued(self):
        for kind, (body, fits) in contents(self.bob).items():
            with self.subTest(kind):
                answer = self.assert_ok(self.us.send({"type": kind, "to": self.bob.jid, **body}, is_async=True), 202)
                self.assertEqual((answer["status"], answer["mode"]), ("queued", "async"))
                told = self.us.event("message.status", outboxId=answer["outboxId"], status="sent")["payload"]
                if answer["messageId"]:
                    self.assertEqual(told["messageId"], answer["messageId"])
                self.check_arrived(kind, told["messageId"], fits)

    def test_a_data_uri_says_its_type(self):
        body = {"type": "image", "to": self.bob.jid, "media": {"data": "data:image/png;base64," + encoded(JPEG)}}
        message = self.assert_ok(self.us.send(body))["messageId"]
        self.assertEqual(self.bob.got(id=message)["message"]["imageMessage"]["mimetype"], "image/png")

    def test_files_up_to_sixteen_mebibytes(self):
        content = bytes(16 * 1024 * 1024)
        message = self.assert_ok(self.us.send({"type": "document", "to": self.bob.jid, "media": {"data": encoded(content), "filename": "big"}}))["messageId"]
        document = self.bob.got(id=message)["message"]
        self.assertIn(str(len(content)), str(document))
        self.assert_refused(self.us.send({"type": "document", "to": self.bob.jid, "media": {"data": encoded(content + b"x"), "filename": "big"}}), 400, "validation_error")

    def test_receipts_are_told_and_never_go_backwards(self):
        message = self.assert_ok(self.us.text(self.bob, "receipts"))["messageId"]
        self.us.event("message.status", messageId=message, status="delivered")
        self.bob.receipt(message, "read")
        told = self.us.event("message.status", messageId=message, status="read")["payload"]
        self.assertEqual((told["ackLevel"], told["chatJid"], told["error"]), (3, self.bob.jid, None))
        self.bob.receipt(message, "delivery")
        self.bob.receipt(message, "played")
        self.us.event("message.status", messageId=message, status="played")
        self.assertEqual(self.us.statuses(message), ["sent", "delivered", "read", "played"])
        [stored] = [one for one in self.us.messages(self.bob.jid) if one["waMessageId"] == message]
        self.assertEqual((stored["ackLevel"], stored["direction"], stored["body"]), (4, "out", "receipts"))

    def test_quotes_and_mentions_are_carried(self):
        asked = self.bob.write(self.us, text="question")
        self.us.event("message", waMessageId=asked)
        message = self.assert_ok(self.us.text(self.bob, "plain"))["messageId"]
        self.bob.got(id=message)
        body = {"type": "text", "to": self.bob.jid, "text": "answer", "replyTo": asked, "mentions": [self.bob.jid]}
        got = self.bob.got(id=self.assert_ok(self.us.send(body))["messageId"])
        context = got["message"]["extendedTextMessage"]["contextInfo"]
        self.assertEqual((context["stanzaId"], context["participant"], context["mentionedJid"]), (asked, self.bob.jid, [self.bob.jid]))
        self.assertEqual(context["quotedMessage"]["conversation"], "question")
        own = self.bob.got(id=self.assert_ok(self.us.send({**body, "replyTo": message, "text": "mine"}))["messageId"])
        self.assertEqual(own["message"]["extendedTextMessage"]["contextInfo"]["stanzaId"], message)

    def test_groups_and_hidden_ids_can_be_written_to(self):
        carol = self.person()
        group = self.wa.post("/groups", subject="Trip", owner=self.us.pn, members=[self.bob.pn, carol.pn])["id"]
        message = self.assert_ok(self.us.send({"type": "text", "to": group, "text": "hello all"}))["messageId"]
        for person in (self.bob, carol):
            self.assertEqual(person.got(id=message)["message"]["extendedTextMessage"]["text"], "hello all")
        hidden = self.assert_ok(self.us.send({"type": "text", "to": carol.lid, "text": "by lid"}))["messageId"]
        carol.got(id=hidden)

    def test_order_is_kept_in_the_queue(self):
        dora = self.person()
        for n in range(30):
            self.assert_ok(self.us.text(dora, f"line {n}", is_async=True), 202)
        wait_until(lambda: len(dora.inbox()) == 30, "the whole line", 60)
        self.assertEqual([entry["message"]["extendedTextMessage"]["text"] for entry in dora.inbox()], [f"line {n}" for n in range(30)])

    def test_forwarding_copies_the_message_and_marks_it(self):
        source = self.bob.write(self.us, text="pass it on")
        self.us.event("message", waMessageId=source)
        carol = self.person()
        answer = self.assert_ok(self.us.api("POST", f"/messages/{source}/forward", {"chat": self.bob.jid, "sender": self.bob.jid, "to": carol.jid}))
        text = carol.got(id=answer["messageId"])["message"]["extendedTextMessage"]
        self.assertEqual((text["text"], text["contextInfo"]["isForwarded"]), ("pass it on", True))
        self.assert_refused(self.us.api("POST", f"/messages/{source}/forward", {"chat": self.bob.jid, "sender": self.bob.jid}), 400, "validation_error")

    def test_typing_is_shown_first_where_the_session_wants_it(self):
        ann = self.person()
        for number in (self.number(presenceTyping=True), self.number(presenceTyping=False)):
            since = self.wa.seq()
            message = self.assert_ok(number.text(ann, "typed"))["messageId"]
            arrived = self.wa.wait("inbox", pn=ann.pn, id=message)["seq"]
            shown = [entry["seq"] for entry in self.wa.journal("typing", pn=number.pn, since=since)]
            self.assertEqual(bool(shown), number.show()["presenceTyping"])
            self.assertTrue(all(seq < arrived for seq in shown[:1]))

    def test_what_is_wrong_is_said_and_nothing_is_sent(self):
        before = len(self.wa.journal("message", pn=self.us.pn))
        for body in ({"type": "text", "to": self.bob.jid, "text": ""}, {"type": "text", "to": self.bob.pn, "text": "x"}, {"type": "text", "text": "x"},
                     {"type": "song", "to": self.bob.jid}, {"type": "poll", "to": self.bob.jid, "name": "n", "options": ["one"]},
                     {"type": "location", "to": self.bob.jid, "latitude": 91, "longitude": 0}, {"type": "image", "to": self.bob.jid, "media": {}},
                     {"type": "contact", "to": self.bob.jid, "contact": {"name": "Kim"}}):
            self.assert_refused(self.us.send(body), 400, "validation_error")
        self.assertEqual(len(self.wa.journal("message", pn=self.us.pn)), before)

    def test_a_number_that_is_not_working_refuses_and_queues(self):
        number = self.number()
        number.act("stop")
        error = self.assert_refused(number.text(self.bob, "now"), 409, "conflict")
        self.assertEqual(error["details"]["status"], "stopped")
        answer = self.assert_ok(number.text(self.bob, "later", is_async=True), 202)
        number.act("start")
        told = number.event("message.status", outboxId=answer["outboxId"], status="sent")["payload"]
        self.assertEqual(self.bob.got(id=told["messageId"])["message"]["extendedTextMessage"]["text"], "later")
        self.assertEqual([entry for entry in self.bob.inbox() if "now" in str(entry["message"].get("extendedTextMessage"))], [])

    def test_whatsapps_refusal_is_the_answer(self):
        number = self.number()
        for code in (463, 406):
            self.wa.post("/faults/acks", pn=number.pn, codes=[code])
            answer = number.text(self.bob, f"refused with {code}")
            self.assertGreaterEqual(answer.status, 400, answer)
            self.assertIn(answer.json["error"]["code"], ("upstream_error", "conflict", "rate_limited"))
        self.wa.post("/faults/acks", pn=number.pn, codes=[406])
        queued = self.assert_ok(number.text(self.bob, "queued and refused", is_async=True), 202)
        told = number.event("message.status", outboxId=queued["outboxId"], status="failed")["payload"]
        self.assertEqual(told["ackLevel"], -1)
        self.assertTrue(told["error"])
        self.assert_ok(number.text(self.bob, "and on it goes"))

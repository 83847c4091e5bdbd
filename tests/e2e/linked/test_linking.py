"""A number is linked by QR or by code, unlinked from either side, and linked again."""
from linked_world import LinkedTest, jid_of, wait_until


class Linking(LinkedTest):
    def test_a_new_session_is_stopped_and_shows_a_code_once_it_is_started(self):
        number = self.number(link=False)
        self.assertEqual(number.status(), "stopped")
        self.assertEqual(number.act("start")["status"], "starting")
        code = number.qr()
        self.assertTrue(code)
        number.wait_status("scan_qr_code")
        self.assertIn(code, [event["payload"]["code"] for event in wait_until(lambda: number.events("auth.qr"), "auth.qr")])
        self.assert_refused(number.api("GET", "/me"), 404, "not_found")
        number.act("stop")
        self.assertEqual(number.status(), "stopped")

    def test_a_scanned_code_links_and_everybody_is_told(self):
        number = self.number(label="Support", link=False)
        number.act("start")
        made = self.wa.post("/scan", pn=number.pn, qr=number.qr())
        number.wait_status("working")
        shown = number.show()
        self.assertEqual(shown["phoneNumber"], number.pn)
        self.assertEqual(shown["waJid"], jid_of(number.pn))
        self.assertEqual(shown["waLid"].split("@")[0].split(":")[0], made["lid"].split("@")[0].split(":")[0])
        self.assertEqual(shown["label"], "Support")
        self.assertEqual(shown["organizationId"], self.gateway.tenant)
        self.assertGreater(shown["lastConnectedAt"], shown["createdAt"] - 1)
        me = self.assert_ok(number.api("GET", "/me"))
        self.assertEqual({name: me[name] for name in ("connected", "phoneNumber", "sessionId", "status", "waJid")},
                         {"connected": True, "phoneNumber": number.pn, "sessionId": number.session, "status": "working", "waJid": number.jid})
        told = number.event("session.status", status="working")
        self.assertEqual(told["payload"]["phoneNumber"], number.pn)
        self.assertEqual(told["organization"], self.gateway.tenant)
        path = [event["payload"]["status"] for event in number.events("session.status")]
        self.assertEqual(path, ["starting", "scan_qr_code", "starting", "scan_qr_code", "starting", "working"])
        [device] = self.wa.get("/account", pn=number.pn)["devices"]
        self.assertEqual(device["device"] if "device" in device else 1, 1)
        self.assertEqual(number.api("GET", "/qr").status, 409)

    def test_the_typed_code_links(self):
        number = self.number(link=False)
        number.act("start")
        number.qr()
        answer = self.link_by_code(number)
        self.assertRegex(answer["code"], r"^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$")
        number.wait_status("working")
        self.assertEqual(number.show()["phoneNumber"], number.pn)
        self.assert_refused(number.api("POST", "/pairing-code", {"phone": number.pn}), 400, "validation_error")

    def link_by_code(self, number):
        answer = self.assert_ok(number.api("POST", "/pairing-code", {"phone": number.pn}))
        self.wa.get("/wait/code", pn=number.pn, timeout=20_000)
        self.wa.post("/code", pn=number.pn, code=answer["code"].replace("-", ""))
        return answer

    def test_a_code_for_no_number_is_refused(self):
        number = self.number(link=False)
        for phone in ("", "+4915112345678", "49 151", "abc"):
            self.assert_refused(number.api("POST", "/pairing-code", {"phone": phone}), 400, "validation_error")

    def test_logging_out_unlinks_at_whatsapp_and_the_session_links_again(self):
        number = self.number()
        before = number.show()["id"]
        shown = number.act("logout")
        self.assertIsNone(shown["phoneNumber"])
        self.assertEqual(self.wa.get("/account", pn=number.pn)["devices"], [])
        self.assert_refused(number.api("GET", "/me"), 404, "not_found")
        self.wa.post("/scan", pn=number.pn, qr=number.qr())
        number.wait_status("working")
        self.assertEqual(number.show()["id"], before)
        person = self.person()
        person.write(number, text="after linking again")
        number.event("message", body="after linking again")

    def test_logging_out_an_unlinked_session_does_nothing(self):
        number = self.number(link=False)
        self.assertEqual(number.act("logout")["status"], "stopped")

    def test_a_phone_that_unlinks_the_device_is_told_and_it_links_again_to_another_number(self):
        number = self.number()
        self.wa.post("/unlink", pn=number.pn, device=1)
        number.wait_status("scan_qr_code")
        self.assertIsNone(number.show()["phoneNumber"])
        number.event("session.status", status="scan_qr_code", previous="working")
        other = self.person()
        self.wa.post("/scan", pn=other.pn, qr=number.qr())
        number.wait_status("working")
        self.assertEqual(number.show()["phoneNumber"], other.pn)

    def test_an_account_with_a_passkey_fails_and_says_so(self):
        number = self.number(link=False, account={"passkey": True})
        number.act("start")
        self.wa.post("/scan", pn=number.pn, qr=number.qr())
        number.wait_status("failed")

    def test_a_removed_session_is_unlinked_and_gone(self):
        number = self.number()
        self.assertEqual(number.api("DELETE").status, 204)
        self.assert_refused(number.api("GET"), 404, "not_found")
        self.assertEqual(self.wa.get("/account", pn=number.pn)["devices"], [])
        self.assertNotIn(number.session, [one["id"] for one in self.gateway.api("GET", "/sessions").json["data"]])

    def test_another_organisation_sees_nothing(self):
        number = self.number(link=False)
        _, stranger = self.gateway.new_organisation("strangers")
        for method, tail, body in (("GET", "", None), ("GET", "/qr", None), ("POST", ":start", None), ("POST", ":logout", None),
                                   ("DELETE", "", None), ("POST", "/pairing-code", {"phone": number.pn}),
                                   ("POST", "/messages", {"type": "text", "to": jid_of("15550000000"), "text": "x"})):
            self.assert_refused(number.api(method, tail, body, key=stranger), 404, "not_found")
        self.assertEqual(self.gateway.api("GET", "/sessions", key=stranger).json["data"], [])
        self.assertEqual(number.status(), "stopped")

    def test_starting_twice_and_stopping_twice_change_nothing(self):
        number = self.number()
        self.assertEqual(number.act("start")["status"], "working")
        self.assertEqual(number.act("stop")["status"], "stopped")
        self.assertEqual(number.act("stop")["status"], "stopped")
        number.act("start")
        number.wait_status("working")
        self.assertEqual([event for event in number.events("auth.qr")][1:], [])

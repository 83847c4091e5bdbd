"""What WhatsApp does to a connection, and what becomes of the session."""
import time

from linked_world import LinkedTest, wait_until


class States(LinkedTest):
    def statuses_since(self, number, count):
        return [event["payload"]["status"] for event in number.events("session.status")][count:]

    def assert_talks(self, number):
        """Messages come in: the link is alive, not only said to be."""
        person = self.person()
        message = person.write(number, text="are you there?")
        number.event("message", waMessageId=message)

    def test_lost_connections_come_back_by_themselves(self):
        number = self.number()
        for how in ("515", "drop", "503", "xmlstreamend"):
            told = len(number.events("session.status"))
            self.wa.post("/kick", pn=number.pn, device=1, how=how)
            wait_until(lambda: "starting" in self.statuses_since(number, told), f"{how} is told")
            number.wait_status("working")
            wait_until(lambda: self.statuses_since(number, told)[-1:] == ["working"], f"working is told after {how}")
        self.assert_talks(number)
        self.assertEqual(len(number.events("auth.qr")), 1)

    def test_a_login_that_fails_for_now_is_tried_again(self):
        number = self.number()
        self.wa.post("/faults/logins", pn=number.pn, failures=["503"])
        self.wa.post("/faults/upgrades", statuses=[503, "cut"])
        told = len(number.events("session.status"))
        self.wa.post("/kick", pn=number.pn, device=1, how="515")
        wait_until(lambda: self.statuses_since(number, told)[-1:] == ["working"], "it works again", 60)
        self.assert_talks(number)

    def test_replaced_elsewhere_stays_so_over_a_restart_until_somebody_acts(self):
        number = self.number()
        self.wa.post("/kick", pn=number.pn, device=1, how="replaced")
        number.wait_status("failed")
        number.event("session.status", status="failed", previous="working")
        logins = self.wa.journal("login", pn=number.pn)
        self.gateway.restart()
        self.assertEqual(number.status(), "failed")
        time.sleep(2)
        self.assertEqual(len(self.wa.journal("login", pn=number.pn)), len(logins))
        self.assertEqual(number.show()["phoneNumber"], number.pn)
        number.act("restart")
        number.wait_status("working")
        self.assert_talks(number)

    def test_401_at_login_asks_for_a_new_link(self):
        self.refused_login("401", "scan_qr_code", relink=True)

    def test_403_fails(self):
        self.refused_login("403", "failed", relink=True)

    def test_406_fails(self):
        self.refused_login("406", "failed", relink=True)

    def test_402_fails_and_keeps_the_link(self):
        self.refused_login({"reason": 402, "code": 101, "expire": 3600}, "failed", relink=False)

    def test_405_fails_and_keeps_the_link(self):
        self.refused_login("405", "failed", relink=False)

    def refused_login(self, failure, status, relink):
        number = self.number()
        self.wa.post("/faults/logins", pn=number.pn, failures=[failure])
        self.wa.post("/kick", pn=number.pn, device=1, how="515")
        number.wait_status(status)
        number.event("session.status", status=status)
        self.assertEqual(number.show()["phoneNumber"], None if relink else number.pn)
        self.wa.post("/account", pn=number.pn, banned=False)
        if relink:
            if status == "failed":
                number.act("start")
            self.wa.post("/scan", pn=number.pn, qr=number.qr())
        else:
            number.act("start")
        number.wait_status("working")
        self.assertEqual(number.show()["phoneNumber"], number.pn)
        self.assert_talks(number)

    def test_a_certificate_that_is_not_whatsapps_is_not_trusted(self):
        number = self.number()
        number.act("stop")
        self.wa.post("/certificate", kind="other_root")
        self.addCleanup(self.wa.post, "/certificate", kind="good")
        number.act("start")
        number.wait_status("failed")
        self.wa.post("/certificate", kind="good")
        number.act("start")
        number.wait_status("working")

    def test_a_stopped_session_stays_stopped_over_a_restart(self):
        number, running = self.number(), self.number()
        number.act("stop")
        self.gateway.restart()
        running.wait_status("working")
        self.assertEqual(number.status(), "stopped")
        number.act("start")
        number.wait_status("working")
        self.assert_talks(number)

    def test_trouble_of_one_leaves_the_others_alone(self):
        one, two = self.number(), self.number()
        told = len(two.events("session.status"))
        self.wa.post("/kick", pn=one.pn, device=1, how="ban")
        one.wait_status("failed")
        self.assert_talks(two)
        self.assertEqual(self.statuses_since(two, told), [])

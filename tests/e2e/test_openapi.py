"""Every operation of every OpenAPI page, against the running binary: what it answers is what its page says, whoever asks and whatever they send."""
import http.client
import json
import urllib.parse

from openapi.document import Document
from openapi.samples import Samples
from openapi.world import ANY_METHOD, NOT_GENERATED, PLANTED, SILENT_ON_UNKNOWN, World
from raw_websocket import Refused, WebSocket
from support import Answer, DemoTest, call, wait_until
from test_webhooks import Endpoint

STREAM_TIMEOUT = 5
FORMATS = ("pipes", "graph", "standard", "pepipost", "magpipe", "sessions")


class OpenApiTest(DemoTest):
    @classmethod
    def demo_arguments(cls):
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        return "--egress-allow", "127.0.0.1", "--egress-ports", f"443,{cls.endpoint.port}", "--meta-app-id", "4711", "--meta-app-secret", "planted-secret-of-the-meta-app"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        listed = call("GET", cls.demo.base_url + "/openapi").json["documents"]
        cls.documents = [Document(one["door"], call("GET", cls.demo.base_url + one["href"]).json) for one in listed]
        cls.world = World(cls.demo)
        cls.leaks = []

    def known(self, operation, tenant=None):
        return self.world.known_for(operation, tenant or self.world.own)

    def send(self, operation, known, key, body=..., headers=None, drop=()):
        """Sends a request for the operation with sample parameters. `drop` names query parameters to leave out."""
        samples = Samples(operation.document, known)
        path, query, sent = operation.path, {}, dict(headers or {})
        for parameter in operation.parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(str(samples.of(parameter.get("schema", {}), name)), safe=""))
            elif parameter["in"] == "query" and parameter.get("required") and name not in drop:
                query[name] = samples.of(parameter.get("schema", {}), name)
        if body is ...:
            body = samples.of(operation.body_schema) if operation.body_schema else None
        data = None
        if body is not None or (operation.body_schema and operation.method != "GET"):
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if key:
            sent["Authorization"] = f"Bearer {key}"
        return self.exchange(operation, path + (f"?{urllib.parse.urlencode(query)}" if query else ""), data, sent)

    def exchange(self, operation, target, data, headers):
        address = urllib.parse.urlsplit(self.demo.base_url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=STREAM_TIMEOUT if operation.streams else 60)
        try:
            connection.request(operation.method, target, data, headers)
            response = connection.getresponse()
            endless = operation.streams and response.status == 200
            answer = Answer(response.status, response.getheaders(), b"" if endless else response.read())
        finally:
            connection.close()
        for secret in PLANTED.values():
            if secret.encode() in answer.body:
                self.leaks.append(f"{operation.name} shows {secret}")
        return answer

    def hold(self, operation, what, answer, allowed=None):
        """The answer is described, is no internal error, and its status is one of `allowed`."""
        problems = [] if operation.streams and answer.status == 200 else operation.problems_of(answer)
        if answer.status == 500 and "500" not in operation.spec["responses"]:
            problems.append("an internal error")
        if allowed and answer.status not in allowed:
            problems.append(f"status {answer.status} instead of {allowed}: {answer.body[:200]!r}")
        with self.subTest(operation.name, case=what):
            self.assertEqual(problems, [])

    def operations(self, needing_key=False):
        for document in self.documents:
            for operation in document.operations():
                if operation.needs_key or not needing_key:
                    yield operation

    def test_a_request_made_from_the_page_succeeds(self):
        for operation in self.operations():
            if operation.spec["operationId"] in NOT_GENERATED:
                continue
            answer = self.send(operation, self.known(operation), self.world.key_for(operation))
            self.hold(operation, "as the page says", answer, range(200, 400))
            with self.subTest(operation.name):
                self.assertFalse(self.world.refuses(operation, answer), answer)

    def test_without_a_key_or_with_a_wrong_one_nothing_is_told(self):
        for operation in self.operations(needing_key=True):
            style = self.world.key_for(operation)
            for what, key in (("no key", None), ("an unknown key", style[:-4] + "0000"), ("a key of another kind", "wrong"), ("an endless key", "x" * 5000),
                              ("another door's key", self.world.key_of_other_door(operation))):
                answer = self.send(operation, self.known(operation), key)
                self.hold(operation, what, answer, (401, 403))

    def test_a_key_without_the_scope_is_refused(self):
        for operation in self.operations(needing_key=True):
            for key in self.world.narrow_keys_for(operation):
                answer = self.send(operation, self.known(operation), key)
                self.hold(operation, "a narrower key", answer, (401, 403))

    def test_another_tenants_things_look_as_if_they_were_not_there(self):
        for operation in self.operations(needing_key=True):
            if operation.document.door == "admin":
                continue  # its key is everybody's
            mine, foreign = self.known(operation), self.known(operation, self.world.other)
            for name in self.world.addressed_by(operation):
                answers = {}
                for what, value in (("another tenant's", foreign[name]), ("an unknown", self.world.unknown_like(foreign[name]))):
                    answers[what] = self.send(operation, {**mine, name: value}, self.world.key_for(operation))
                    self.hold(operation, f"{what} {name}", answers[what])
                served = [a for a in answers.values() if a.status < 300 and not self.world.refuses(operation, a)]
                with self.subTest(operation.name, case=name):
                    self.assertFalse(served and operation.spec["operationId"] not in SILENT_ON_UNKNOWN, served)

    def test_bodies_that_do_not_fit_are_refused_in_the_doors_own_shape(self):
        for operation in self.operations():
            schema = operation.body_schema
            if not schema:
                continue
            key, known = self.world.key_for(operation), self.known(operation)
            for what, body in (("no JSON", b"{"), ("no UTF-8", b'{"a":"\xff"}'), ("nothing", b""), ("deep", b"[" * 5000), ("a word", b'"x"')):
                self.hold(operation, what, self.send(operation, known, key, body=body))
            for what, body in Samples(operation.document, known).misfits(schema):
                self.hold(operation, what, self.send(operation, known, key, body=body))

    def test_a_wrong_method_is_answered_with_those_that_are_right(self):
        for document in self.documents:
            for path in document.page["paths"]:
                if path.startswith(ANY_METHOD):
                    continue
                operation = next(one for one in document.operations() if one.path == path)
                wrong = next(m for m in ("patch", "put", "delete", "post") if m not in document.methods_of(path))
                url = self.demo.base_url + path.replace("{", "").replace("}", "")
                answer = call(wrong.upper(), url, key=self.world.key_for(operation) or None)
                with self.subTest(operation.name, case=wrong):
                    self.assertIn(answer.status, (405, 404) if path.startswith("/openapi") else (405,), answer)
                    self.assertIn("allow", answer.headers)

    def test_every_operation_that_needs_a_tenants_key_says_which_scope(self):
        for operation in self.operations(needing_key=True):
            if operation.document.door != "admin":
                with self.subTest(operation.name):
                    self.assertIn(operation.spec.get("x-scope"), ("send", "read", "manage"))

    def test_another_tenants_key_sees_nothing_of_ours(self):
        marks = self.world.own.marks()
        for operation in self.operations(needing_key=True):
            if operation.document.door == "admin" or operation.spec["operationId"] in NOT_GENERATED:
                continue
            answer = self.send(operation, self.known(operation, self.world.other), self.world.other.key_of(operation))
            self.hold(operation, "another tenant", answer)
            with self.subTest(operation.name):
                self.assertEqual([mark for mark in marks if mark.encode() in answer.body], [])

    def test_planted_secrets_are_nowhere(self):
        secrets = {"planted-secret-of-the-meta-app", *PLANTED.values(), self.demo.admin_key, self.key, self.world.own.key("magpipe"), self.world.own.key("pepipost")}
        for tenant in (self.world.own.id, self.world.other.id):
            for format in FORMATS:
                fields = {"tenant_id": tenant, "url": f"{self.endpoint.url}?{format}", "format": format}
                if format == "pipes":  # the others are given one, or have none
                    fields["secret"] = "planted-webhook-secret-of-pipes"
                secrets.add(self.world.made("/subscriptions", fields).get("secret") or fields.get("secret", self.key))
        refused = self.world.malformed_token_at_whatsapp()
        self.demo.simulator.write(self.demo.customer, "Hello")
        self.assertEqual(self.demo.send(self.key, self.demo.conversation, text="hello").status, 200)
        with self.assertRaises(Refused):
            WebSocket(self.demo.base_url, apiKey=self.key, conversationId="nobody's")
        for operation in self.operations():
            if operation.method == "GET" and not operation.streams:
                self.send(operation, self.known(operation), self.world.key_for(operation))
        wait_until(lambda: self.told("channel.alert") and self.told("whatsapp.received") and self.told("delivery_status"), "the webhooks", 30)
        self.assertIn(b"Malformed access token (token)", refused.body)
        listed = self.demo.admin("GET", f"/messages?tenant_id={self.world.other.id}")
        told = [refused.body, listed.body, self.demo.admin("GET", f"/messages/{listed.json['data'][0]['id']}/timeline").body,
                self.demo.admin("GET", f"/events?tenant_id={self.world.other.id}").body, call("GET", self.demo.base_url + "/metrics").body]
        with self.endpoint.lock:
            told += [received["raw"] + json.dumps(received["headers"]).encode() for received in self.endpoint.calls]
        told.append(self.demo.process.whole_output().encode())
        for secret in secrets:
            for text in told:
                self.assertNotIn(secret.encode(), text)
        self.assertEqual(self.leaks, [])

    def told(self, word):
        with self.endpoint.lock:
            return any(word.encode() in received["raw"] for received in self.endpoint.calls)

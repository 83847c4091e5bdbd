"""Two tenants on one gateway, and what a sample request of each operation needs."""
import datetime
import functools
import itertools

from support import call, multipart, wait_until

# Graph repeats a token with a character that none has.
PLANTED = {"access_token": "planted!access-token-5d1b", "app_secret": "planted-app-secret-77aa", "verify_token": "planted-verify-token-91"}
ENDPOINT = "https://example.com/hook"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# By operationId: what a generator cannot make a working request for, and why.
NOT_GENERATED = {
    "openWebSocket": "needs the handshake of a WebSocket",
    "readFile": "needs a signed link",
    "connectAccount": "needs a token that WhatsApp takes",
    "sendWhatsappTemplate": "needs a template that WhatsApp has approved",
    "signUpPage": "needs the token of a link",
    "finishSignUp": "needs the token of a link and a code of Meta's",
    "pepipostUploadMedia": "takes a form with a file",
    "sessionsRealtime": "needs the handshake of a WebSocket",
    **{operation: "needs a number that is linked: e2e/linked" for operation in (
        "sessionsGetQr", "sessionsRequestPairingCode", "sessionsGetMe", "sessionsSendMessage", "sessionsEditMessage", "sessionsRevokeMessage", "sessionsAddReaction",
        "sessionsRemoveReaction", "sessionsVote", "sessionsForwardMessage", "sessionsListChatMessages", "sessionsChangeChat", "sessionsDeleteChat", "sessionsReadChat",
        "sessionsShowPresence", "sessionsCheckContact", "sessionsGetContact", "sessionsGetAbout", "sessionsGetPicture", "sessionsBlockContact", "sessionsUnblockContact",
        "sessionsListGroups", "sessionsCreateGroup", "sessionsGetGroup", "sessionsChangeGroup", "sessionsListMembers", "sessionsAddMembers", "sessionsGetInvite",
        "sessionsResetInvite", "sessionsListChannelMessages")},
}
# Below these paths every method has the same answer: what they are about is not there.
ANY_METHOD = ("/api/v1/sessions/{session}/channels/",)
# Answers like success to what does not exist, so that nobody learns what does.
SILENT_ON_UNKNOWN = {"changeAccount", "removeAccount", "createTemplate"}  # createTemplate: a name that nobody has yet is what it asks for
# By door: what a refusal with status 200 holds.
REFUSALS = {"pepipost": {"status": "failure"}}


class World:
    def __init__(self, demo):
        self.demo = demo
        self.numbers = itertools.count(910_000_000_000_001)
        channel = demo.admin("GET", f"/channels?tenant_id={demo.tenant}").json["data"][0]
        self.own = Tenant(self, demo.tenant, channel, demo.conversation)
        other = demo.new_tenant("Another company")
        self.other = Tenant(self, other, self.new_channel(other), "AAAAAAAAAAAAAAAAAAAAA")

    def new_channel(self, tenant):
        return self.made("/channels", {**self.channel_fields(), "tenant_id": tenant})

    def channel_fields(self):
        return {"name": "Second", "phone_number_id": str(next(self.numbers)), "waba_id": "777000777", "display_number": "15550009999",
                "graph_url": "http://127.0.0.1:9", **PLANTED}

    def malformed_token_at_whatsapp(self):
        """A message of the other tenant, sent with the planted token to the simulated WhatsApp, which repeats the token when it refuses it."""
        channel = self.made("/channels", {**self.channel_fields(), "tenant_id": self.other.id, "graph_url": self.demo.ready["simulator_url"]})
        message = {"phone_number_id": channel["phone_number_id"], "recipient_wa_id": "99900000099", "message": "hi"}
        return call("POST", self.demo.base_url + "/functions/v1/send-whatsapp-message", message, self.other.key("magpipe"))

    def made(self, path, body):
        answer = self.demo.admin("POST", path, body)
        assert answer.status in (201, 202), answer
        return answer.json

    def key_for(self, operation):
        return self.demo.admin_key if operation.document.door == "admin" else self.own.key_of(operation)

    def key_of_other_door(self, operation):
        return self.own.key("pipes") if operation.document.door == "admin" else self.demo.admin_key

    def narrow_keys_for(self, operation):
        """Keys of the operation's door that lack the scope it needs: see x-scope in the page."""
        scope = operation.spec.get("x-scope")
        if not scope or operation.document.door == "admin":
            return []
        others = [one for one in ("send", "read", "manage") if one != scope]
        return [self.own.narrow_key(operation.style, *others)]

    def addressed_by(self, operation):
        """The names of the ids that a request of this operation carries."""
        names = {p["name"] for p in operation.parameters if p["in"] == "path"}
        schema = operation.body_schema or {}
        names |= set(schema.get("required", []))
        return sorted(names & set(self.known_for(operation, self.other)) & IDS)

    def known_for(self, operation, tenant):
        known = {**tenant.common(), **tenant.of_path(operation)}
        return {name: value for name, value in known.items() if value is not None}

    @staticmethod
    def refuses(operation, answer):
        refusal = REFUSALS.get(operation.document.door)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return bool(refusal) and is_json and all(answer.json.get(name) == value for name, value in refusal.items())

    @staticmethod
    def unknown_like(value):
        value = value() if callable(value) else value
        return value[:-4] + ("0000" if value[-4:] != "0000" else "1111")


IDS = {"id", "channel_id", "tenant_id", "conversation_id", "conversationId", "mediaId", "poolNumberId", "phone_number_id", "account_id", "message_id", "key_id", "media", "name", "session",
       "webhook"}


class Tenant:
    """What one tenant has, as a client would address it."""

    def __init__(self, world, id, channel, conversation):
        self.world, self.id, self.channel, self.conversation = world, id, channel, conversation
        unlimited = world.demo.admin("PATCH", f"/tenants/{id}", {"rate_limits": {"magpipe": []}})
        assert unlimited.status == 200, unlimited

    @functools.cache
    def key(self, style):
        return self.new_key(style)

    @functools.cache
    def narrow_key(self, style, *scopes):
        return self.new_key(style, scopes=scopes)

    def key_of(self, operation):
        return self.key(operation.style)

    def new_key(self, style, **fields):
        return self.world.made("/keys", {"tenant_id": self.id, "style": style, "rate_limit": 0, **fields})["key"]

    def marks(self):
        """What names this tenant's things, at any door."""
        account = call("GET", self.world.demo.base_url + "/functions/v1/whatsapp-connect", key=self.key("magpipe")).json["accounts"][0]
        return {self.id, self.channel["id"], self.channel["phone_number_id"], self.conversation, account["id"], self.media()}

    def common(self):
        return {"tenant_id": self.id, "channel_id": self.channel["id"], "conversation_id": self.conversation, "conversationId": self.conversation,
                "poolNumberId": self.channel["id"], "url": ENDPOINT, "mediaId": self.media, "data": PIXEL, "mimeType": "image/png", **PLANTED}

    def of_path(self, operation):
        path = operation.path
        if "/templates" in path:
            return self.of_templates(operation)
        if path in ("/v1/messages/app/send", "/v1/messages/passthrough"):
            return {"to": self.world.demo.customer, "toNumber": self.world.demo.customer, "text": {"body": "hi"} if "passthrough" in path else "hi"}
        for prefix, make in (("/admin/v1/keys/{id}", self.key_id), ("/admin/v1/channels/{id}", self.channel_id), ("/admin/v1/subscriptions/{id}", self.subscription),
                             ("/admin/v1/messages/{id}", self.message)):
            if path.startswith(prefix):
                return {"id": functools.partial(make, operation)}
        if path.startswith("/admin/v1/tenants/"):
            return {"id": self.id}
        if path.startswith("/functions/v1/"):
            return self.of_magpipe(operation)
        if path == "/admin/v1/channels":
            return self.world.channel_fields()
        if path.startswith("/api/v2/message/"):
            return {"message": self.pepipost_message}
        if path == "/api/v2/source/":
            return {"channel": self.channel["id"]}
        if path == "/admin/v1/sources/{id}":
            return {"id": self.source}
        if path == "/admin/v1/consents":
            return {"recipients": ["919812345670"], "recipient": self.consented}
        if path == "/api/v2/media/{mediaId}":
            return {"mediaId": self.pepipost_media}
        if path.startswith("/api/v1/"):
            return self.of_sessions(operation)
        if path == "/v1/media/upload":
            return {"url": None}
        return {}

    def of_templates(self, operation):
        known = {"id": self.channel["id"], "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hello"}]}
        if operation.path.endswith("/templates"):
            return {**known, "name": f"offer_{next(self.world.numbers)}"}
        if self is self.world.other:
            return {**known, "template": "12345", "name": "somebody_elses"}
        made = functools.partial(self.new_template if operation.method == "DELETE" else self.kept_template)
        return {**known, "template": lambda: made()["id"], "name": lambda: made()["name"]}

    def new_template(self):
        """One whose review is over, and which may be changed at any time: a rejected one."""
        path = f"/channels/{self.channel['id']}/templates"
        made = self.world.made(path, {"name": f"x_{next(self.world.numbers)}_reject_scam", "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hello"}]})
        wait_until(lambda: self.world.demo.admin("GET", f"{path}/{made['id']}").json["status"] == "REJECTED", "a template's review")
        return made

    @functools.cache
    def kept_template(self):
        return self.new_template()

    def of_magpipe(self, operation):
        agent = "0b1d6b1e-6a4e-4d3c-8f1e-9a2c3b4d5e6f"
        assert self.world.demo.admin("PATCH", "/channels/" + self.channel["id"], {"agent_id": agent}).status == 200
        return {"phone_number_id": self.channel["phone_number_id"], "waba_id": self.channel["waba_id"], "agent_id": agent,
                "recipient_wa_id": self.world.demo.customer, "to": "+" + self.world.demo.customer, "template_name": "hello_world",
                "account_id": functools.partial(self.account, operation), "message_id": self.heard}

    def account(self, operation):
        if operation.method == "DELETE":
            self.world.new_channel(self.id)
        answer = call("GET", self.world.demo.base_url + "/functions/v1/whatsapp-connect", key=self.key("magpipe"))
        return answer.json["accounts"][0]["id"]

    def heard(self):
        """A message of this tenant, as the Magpipe door names it; of one without any, one that nobody has."""
        answer = call("POST", self.world.demo.base_url + "/functions/v1/list-messages", {"limit": 1}, self.key("magpipe"))
        messages = answer.json["messages"]
        return messages[0]["id"] if messages else "msg_0190c2a0-0000-7000-8000-000000000000"

    def key_id(self, operation):
        return self.world.made("/keys", {"tenant_id": self.id})["id"]

    def channel_id(self, operation):
        return self.world.new_channel(self.id)["id"] if operation.method == "DELETE" else self.channel["id"]

    def subscription(self, operation):
        if operation.method == "DELETE":
            return self.world.made("/subscriptions", {"tenant_id": self.id, "url": ENDPOINT})["id"]
        return self.kept_subscription()

    @functools.cache
    def kept_subscription(self):
        return self.world.made("/subscriptions", {"tenant_id": self.id, "url": ENDPOINT})["id"]

    @functools.cache
    def media(self):
        answer = call("POST", self.world.demo.base_url + "/v1/media/upload", {"data": PIXEL, "mimeType": "image/png"}, self.key("pipes"))
        assert answer.status == 200, answer
        return answer.json["mediaId"]

    def of_sessions(self, operation):
        session = self.new_session if operation.method == "DELETE" and operation.path.endswith("{session}") else self.session
        known = {"session": session, "webhook": self.new_webhook if operation.method == "DELETE" else self.webhook, "mid": "3EB0AAAAAAAA", "cid": "4915112345678@s.whatsapp.net", "jid": "120363041234567890@newsletter",
                 "contact": "4915112345678@s.whatsapp.net", "gid": "120363041234567890@g.us", "phone": "4915112345678", "to": "4915112345678@s.whatsapp.net",
                 "chat": "4915112345678@s.whatsapp.net"}
        if operation.spec["operationId"] == "sessionsActOnSession":
            known["session"] = lambda: self.session() + ":stop"
        return known

    def new_session(self):
        return self.at_sessions("/sessions", {"label": "generated"})

    @functools.cache
    def session(self):
        return self.new_session()

    def new_webhook(self):
        return self.at_sessions("/webhooks", {"url": ENDPOINT, "events": ["*"]})

    @functools.cache
    def webhook(self):
        return self.new_webhook()

    def at_sessions(self, path, body):
        answer = call("POST", self.world.demo.base_url + "/api/v1" + path, body, self.key("sessions"))
        assert answer.status == 201, answer
        return answer.json["id"]

    def source(self):
        return self.world.made("/sources", {"tenant_id": self.id, "name": "shop", "channel_id": self.channel["id"]})["id"]

    def consented(self):
        said = {"tenant_id": self.id, "opted_in": True, "source": "WEB", "recipients": ["919812345679"]}
        assert self.world.demo.admin("PUT", "/consents", said).status == 200
        return "919812345679"

    def pepipost_message(self):
        return [{"recipient_whatsapp": self.world.demo.customer, "source": self.source(), "message_type": "text", "type_text": [{"content": "hello"}]}]

    def pepipost_media(self):
        body, headers = multipart(b"%PDF-1.4", "a.pdf", "application/pdf")
        answer = call("POST", self.world.demo.base_url + "/api/v2/media/upload/", body, self.key("pepipost"), headers)
        assert answer.status == 200, answer
        return answer.json["data"]["mediaId"]

    @functools.cache
    def sent(self):
        answer = self.world.demo.send(self.key("pipes"), self.conversation, text="hello")
        assert answer.status == 200, answer
        return answer.json["messageId"]

    def message(self, operation):
        if operation.method == "DELETE":
            later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            return self.world.made("/messages", {"tenant_id": self.id, "conversation_id": self.conversation, "type": "text",
                                                 "text": {"body": "later"}, "send_at": later.strftime("%Y-%m-%dT%H:%M:%SZ")})["id"]
        return self.sent()

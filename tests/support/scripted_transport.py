"""A transport of linked devices for tests: speaks docs/formats/linked-device.md and misbehaves as told.

scripted_transport.py [KEY=VALUE ...] --socket PATH
  hello=wrong_token|wrong_version|none|garbage|die|status3    instead of a proper hello
  once=FILE       misbehaves only while FILE does not exist, and makes it
  ping=no         answers no ping           stop=silent     answers no session.stop
  start=refuse    refuses session.start     deaf=yes        does not end when told, or left alone
  rss=BYTES       what it reports           stale=yes       its sessions hear nothing from WhatsApp
  stderr=LINES    writes that many
What message.send does is its text: crash, hang, uncertain, refuse, garbage, long_line, big_blob; anything else is accepted.
"""
import hashlib
import json
import os
import select
import signal
import socket
import sys
import time

arguments = sys.argv[1:]
path = arguments[arguments.index("--socket") + 1]
options = dict(word.split("=", 1) for word in arguments if "=" in word)
if "once" in options and os.path.exists(options["once"]):
    options = {key: value for key, value in options.items() if key not in ("hello", "ping", "stop", "start", "rss", "stale")}
elif "once" in options:
    open(options["once"], "w").close()
token = os.environ["WHERRY_LINKED_TOKEN"]
if "deaf" in options:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
for line in range(int(options.get("stderr", 0))):
    sys.stderr.write(f"line {line} of a flood with a secret: {'A1' * 20}\n")

link = socket.socket(socket.AF_UNIX)
link.connect(path)
buffer = b""
sessions = {}
waiting = {}
next_id = 1
shared = None
born = time.time()


def write(frame, blob=b""):
    if blob:
        frame["blob"] = len(blob)
    link.sendall(json.dumps(frame).encode() + b"\n" + blob)


def ask(frame, then):
    global next_id
    waiting[next_id] = then
    write({"id": next_id, **frame})
    next_id += 1


def event(session, frame):
    sessions[session]["seq"] += 1
    write({**frame, "session": session, "seq": sessions[session]["seq"]})


def durable(session, frame, then, blob=b""):
    global next_id
    sessions[session]["seq"] += 1
    waiting[next_id] = then
    write({"id": next_id, **frame, "session": session, "seq": sessions[session]["seq"]}, blob)
    next_id += 1


def state(session, name, reason="none"):
    sessions[session]["state"] = name
    event(session, {"event": "state", "state": name, "reason": reason})


def refuse(request, code, **more):
    write({"reply": request["id"], "error": {"code": code, "message": "as told", "retryable": False, **more}})


def answer(request, **ok):
    write({"reply": request["id"], "ok": ok})


def start(request):
    session = request["session"]
    if options.get("start") == "refuse":
        return refuse(request, "unsupported")
    sessions[session] = {"seq": 0, "state": "starting", "delay": request.get("delay_ms", 0), "settings": request["settings"]}
    answer(request, running=False)
    state(session, "starting")
    state(session, "working")


def stop(request):
    if options.get("stop") == "silent":
        return
    state(request["session"], "stopped", "requested")
    del sessions[request["session"]]
    answer(request)


def send(request):
    session, text = request["session"], request["content"].get("text", "")
    if text == "crash":
        os._exit(70)
    elif text == "garbage":
        link.sendall(b"rubbish\n")
    elif text == "long_line":
        link.sendall(b"{" + b" " * (2 << 20))
    elif text == "big_blob":
        link.sendall(b'{"event":"x","blob":99999999}\n')
    elif text == "hang":
        pass
    elif text == "uncertain":
        answer(request, outcome="uncertain", message_id=request["message_id"])
    elif text == "refuse":
        refuse(request, "refused", wa_code=463, reason="restricted")
    else:
        if "media" in request["content"]:
            media = request["content"]["media"]
            data = open(os.path.join(shared, media["path"]), "rb").read()
            if hashlib.sha256(data).hexdigest() != media["sha256"] or len(data) != media["size"]:
                return refuse(request, "media_failed", reason="corrupt")
        fields = {"chat": request["to"], "message_id": request["message_id"]}
        accepted = lambda _: answer(request, outcome="accepted", message_id=request["message_id"], at=1769940000000)
        durable(session, {"op": "sent", **fields}, lambda _: durable(session, {"op": "ack", **fields, "outcome": "accepted", "at": 1769940000000}, accepted), b"bytes")


def download(request):
    if "fail" in request["token"]:
        return refuse(request, "media_failed", reason=request["token"]["fail"])
    data = b"downloaded " * 100_000
    with open(os.path.join(shared, request["path"]), "wb") as file:
        file.write(data)
    answer(request, size=len(data), sha256="00" * 32 if "lie" in request["token"] else hashlib.sha256(data).hexdigest())


def about(request):
    descriptors = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    told = {"environment": sorted(os.environ), "descriptors": len(descriptors), "own_group": os.getpgid(0) == os.getpid(), "cwd": os.getcwd(),
            "mode": oct(os.stat(os.path.dirname(path)).st_mode & 0o777), "sessions": sessions}
    answer(request, about=json.dumps(told))


def handle(request):
    op = request["op"]
    if op == "ping":
        if options.get("ping") != "no":
            answer(request)
    elif op == "shutdown":
        if "deaf" not in options:
            for session in list(sessions):
                state(session, "stopped", "requested")
            answer(request)
            os._exit(0)
    elif op == "session.start":
        start(request)
    elif request.get("session") not in sessions:
        refuse(request, "no_session")
    elif op == "session.stop":
        stop(request)
    elif op == "message.send":
        send(request)
    elif op == "media.download":
        download(request)
    elif op == "contact.about":
        about(request)
    elif op == "session.pair":
        answer(request)
        event(request["session"], {"event": "qr", "code": "QR", "expires_at": 1769940000000, "left": 5})
    elif op == "keys":
        answer(request)
    else:
        refuse(request, "unknown_op")


def health():
    now = int(time.time() * 1000)
    heard = now - 3_600_000 if "stale" in options else now
    listed = [{"session": name, "state": one["state"], "last_frame_at": heard, "queue": 0, "unacked": 0} for name, one in sessions.items()]
    process = {"rss": int(options.get("rss", 100_000_000)), "heap": 1, "sessions": len(listed), "uptime_ms": int((time.time() - born) * 1000), "loop_delay_ms": 1}
    write({"event": "health", "process": process, "sessions": listed})


def greet():
    how = options.get("hello")
    if how == "die":
        os._exit(70)
    if how == "status3":
        os._exit(3)
    if how == "garbage":
        return link.sendall(b"GET / HTTP/1.1\r\n\r\n")
    if how == "none":
        return None
    version = 2 if how == "wrong_version" else 1
    hello = {"op": "hello", "protocol": {"min": version, "max": version}, "token": "guessed" if how == "wrong_token" else token,
             "transport": {"name": "scripted", "version": "1"}, "key_format": "scripted-1", "pid": os.getpid()}

    def welcome(reply):
        global shared
        if "error" in reply:
            os._exit(2)
        shared = reply["ok"]["shared_dir"]
        health()

    return ask(hello, welcome)


greet()
last_health = time.time()
deaf = "deaf" in options
while True:
    watched = [link] + ([] if deaf else [sys.stdin])
    readable, _, _ = select.select(watched, [], [], 0.1)
    if sys.stdin in readable and not os.read(0, 100):
        os._exit(0)
    if link in readable:
        data = link.recv(1 << 16)
        if not data:
            if not deaf:
                os._exit(0)
            time.sleep(60)
        buffer += data
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            frame = json.loads(line)
            if "reply" in frame:
                waiting.pop(frame["reply"])(frame)
            elif "op" in frame:
                handle(frame)
    if shared and time.time() - last_health > 0.2:
        last_health = time.time()
        health()

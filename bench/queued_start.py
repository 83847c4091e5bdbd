"""A start with a long line of messages on disk: how soon it is ready, what it needs, and that every message of it is sent."""
import json, os, pathlib, sqlite3, subprocess, time

from rig import BINARY, Gateway, call, row, wait_for

CHUNK = 50_000


def put_in_line(directory, count):
    """Writes the messages straight into the database, spread over its conversations, with the journal rows the audit counts."""
    database = sqlite3.connect(pathlib.Path(directory) / "wherry.db")
    database.execute("PRAGMA synchronous = OFF")
    tenant, channel = database.execute("SELECT tenant_id, id FROM channels").fetchone()
    conversations = [row[0] for row in database.execute("SELECT id FROM conversations")]
    sequence = database.execute("SELECT COALESCE(MAX(sequence), 0) FROM journal").fetchone()[0]
    now = int(time.time() * 1000)
    content = json.dumps({"type": "text", "body": "Your table is booked for 19:30. Reply STOP to cancel."})
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        ids = [now.to_bytes(6, "big") + n.to_bytes(10, "big") for n in numbers]
        database.executemany(
            "INSERT INTO messages (id, tenant_id, channel_id, conversation_id, content, state, attempts, place, give_up_at, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)",
            [(id, tenant, channel, conversations[n % len(conversations)], content, now * 1000 + n, now, now, now) for id, n in zip(ids, numbers)])
        database.executemany(
            "INSERT INTO journal (tenant_id, sequence, kind, channel_id, conversation_id, subject, at, recorded_at, body) "
            "VALUES (?, ?, 'message.accepted', ?, ?, ?, ?, ?, '{}')",
            [(tenant, sequence + 1 + n, channel, conversations[n % len(conversations)], id, now, now) for id, n in zip(ids, numbers)])
        database.commit()
    database.close()


def metric(port, name):
    for line in call(port, "GET", "/metrics")[1].decode().splitlines():
        if line.rsplit(" ", 1)[0] == name:
            return float(line.rsplit(" ", 1)[1])
    raise SystemExit(f"no metric {name}")


def bench_queued_start(processes, args, directory):
    data = os.path.join(directory, "data")
    gateway = Gateway(processes, data, args.conversations)
    processes.stop(gateway.process)
    put_in_line(data, args.queued)
    begin = time.perf_counter()
    gateway.process = processes.start(BINARY, "serve", "--data-dir", data, "--port", gateway.port, "--log-level", "warn",
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(gateway.port, "/readyz", 60)
    ready = time.perf_counter() - begin
    row(f"start with {args.queued:,} messages in line", f"ready in {ready * 1000:.0f} ms", f"{gateway.rss():.1f} MiB then")
    peak, slowest = 0.0, 0.0
    stranger = {"tenant_id": gateway.tenant, "channel_id": gateway.admin_call("GET", "channels")["data"][0]["id"], "to": "99912345670",
                "type": "template", "template": {"name": "hello", "language": {"code": "en"}}}
    began_with = time.perf_counter()
    while (left := metric(gateway.port, "wherry_outbox_waiting")) > 0:
        peak = max(peak, gateway.rss())
        sent = time.perf_counter()
        gateway.admin_call("POST", "messages?wait=true", stranger)
        slowest = max(slowest, time.perf_counter() - sent)
        if time.perf_counter() - began_with > 1800:
            raise SystemExit(f"{left:,.0f} messages are still in line")
        time.sleep(1)
    took = time.perf_counter() - began_with
    audit = gateway.admin_call("GET", f"audit?tenant_id={gateway.tenant}")
    books = audit["outbound"]
    row("  and all of it sent", f"{args.queued / took:,.0f}/s", f"peak {peak:.1f} MiB", f"a new message meanwhile at most {slowest * 1000:.0f} ms",
        f"{books['sent']:,} sent, {books['failed']} failed, {books['queued']} queued", "books balance" if audit["balanced"] else "BOOKS DO NOT BALANCE")
    gateway.stop()

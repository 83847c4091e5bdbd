"""What must hold once everything has settled after a crash."""
from support import text_of

ARRIVED = {"sent", "delivered", "read", "played"}


class Findings:
    def __init__(self):
        self.lost, self.twice, self.disordered, self.other = [], [], [], []
        self.told = self.repeats = 0  # events and how many of them the webhook heard once more

    def add(self, more):
        for mine, theirs in ((self.lost, more.lost), (self.twice, more.twice), (self.disordered, more.disordered), (self.other, more.other)):
            mine.extend(theirs)
        self.told += more.told
        self.repeats += more.repeats

    def clean(self):
        return not (self.lost or self.twice or self.disordered or self.other)

    def lines(self):
        for name in ("lost", "twice", "disordered", "other"):
            for what in getattr(self, name):
                yield f"{name}: {what}"


def repeated(items):
    seen = set()
    return [item for item in items if item in seen or seen.add(item)]


def states_in(world, conversation):
    """Everything the gateway has of a conversation: wamid -> state, and the states of those without one."""
    by_wamid, others, cursor = {}, [], {}
    while True:
        page = world.admin("/messages", conversation_id=conversation, limit=500, **cursor)
        for message in page["data"]:
            if message["wamid"]:
                by_wamid[message["wamid"]] = message["state"]
            else:
                others.append(message["state"])
        if not page["next_cursor"]:
            return by_wamid, others
        cursor = {"cursor": page["next_cursor"]}


def journal_after(world, cursor):
    events = []
    while True:
        page = world.admin("/events", tenant_id=world.tenant, after=cursor, limit=500)
        events += page["data"]
        cursor = page["next_after"]
        if cursor >= page["last"]:
            return events


def in_order(expected, actual):
    """Whether those of `expected` that are in `actual` come in the same order."""
    place = {item: n for n, item in enumerate(actual)}
    places = [place[item] for item in expected if item in place]
    return places == sorted(places)


def arrived_at(world, customer, found):
    """What the customer has, oldest first; each of it once."""
    arrived = world.simulator.messages(to=customer)[::-1]
    found.twice += [f"reached Graph twice: {token}" for token in repeated([message["biz_opaque_callback_data"] for message in arrived])]
    found.twice += [f"at the customer twice: {text}" for text in repeated([text_of(message) for message in arrived])]
    return arrived


def check_sender(world, sender, events, found):
    arrived = arrived_at(world, sender.customer, found)
    texts = [text_of(message) for message in arrived]
    ids = {message["id"] for message in arrived}
    by_wamid, without = states_in(world, sender.conversation)
    for text, wamid in sender.answered.items():
        if wamid not in ids or text not in texts:
            found.lost.append(f"answered but not at the customer: {text} {wamid}")
        if by_wamid.get(wamid) not in ARRIVED:
            found.lost.append(f"answered but {by_wamid.get(wamid)} here: {text} {wamid}")
    found.other += [f"at the customer but {by_wamid.get(wamid)} here: {wamid}" for wamid in ids if by_wamid.get(wamid) not in ARRIVED]
    found.other += [f"left {state}: {sender.label}" for state in without if state in ("accepted", "sending")]
    if not in_order(list(sender.answered), texts):
        found.disordered.append(f"at the customer: {sender.label}")
    sent = [event["body"].get("wamid") for event in events if event["event"] == "message.sent" and event["conversation_id"] == sender.conversation]
    if not in_order(list(sender.answered.values()), sent):
        found.disordered.append(f"in the journal: {sender.label}")


def check_planner(world, planner, found):
    """What was accepted for now or later has an end, and the end that it tells is the one it had."""
    arrived = arrived_at(world, planner.customer, found)
    texts = [text_of(message) for message in arrived]
    for text, identity in planner.accepted.items():
        answer = world.gateway.admin("GET", f"/messages/{identity}")
        state = answer.json["state"] if answer.status == 200 else answer.status
        if (state in ARRIVED) != (text in texts):
            found.lost.append(f"accepted, {state} here, {'at the customer' if text in texts else 'not at the customer'}: {text} {identity}")
        elif state not in ARRIVED | {"failed", "uncertain"}:
            found.lost.append(f"accepted and left {state}: {text} {identity}")
    if not in_order(planner.at_once, texts):
        found.disordered.append(f"at the customer: {planner.label}")


def check_writer(writer, events, found):
    mine = set(writer.written)
    journaled = [event["body"]["wamid"] for event in events if event["event"] == "message.received" and event["body"]["wamid"] in mine]
    found.lost += [f"inbound, not journaled: {wamid}" for wamid in mine - set(journaled)]
    found.twice += [f"inbound, journaled twice: {wamid}" for wamid in repeated(journaled)]
    place = {wamid: n for n, wamid in enumerate(journaled)}
    for first, second in writer.ordered:
        if place.get(first, 0) > place.get(second, 0):
            found.disordered.append(f"inbound {first} after {second}")


def check_application(world, events, found):
    told = world.endpoint.take()
    first = list(dict.fromkeys(told))
    heard = {sequence for _, sequence in first}
    found.lost += [f"journaled, not told to the webhook: {event['sequence']} {event['event']}" for event in events if event["sequence"] not in heard]
    found.other += [f"one event, several webhook-ids: {sequence}" for sequence in heard if len(world.endpoint.ids[sequence]) > 1]
    newest = {}
    for conversation, sequence in first:
        if conversation and sequence < newest.get(conversation, 0):
            found.disordered.append(f"told to the webhook: {sequence} after {newest[conversation]}")
        newest[conversation] = sequence
    return len(told) - len(first)


def check(world, load, cursor):
    """Gives what is wrong, and the journal's end for the next check."""
    found = Findings()
    events = journal_after(world, cursor)
    numbers = [event["sequence"] for event in events]
    if numbers != list(range(cursor + 1, cursor + 1 + len(numbers))):
        found.other.append(f"the journal has holes after {cursor}")
    for sender in load.senders:
        check_sender(world, sender, events, found)
    for planner in load.planners:
        check_planner(world, planner, found)
    for writer in load.writers:
        check_writer(writer, events, found)
    found.told = len(events)
    found.repeats = check_application(world, events, found)
    books = world.admin("/audit", tenant_id=world.tenant)
    if not books["balanced"]:
        found.other.append(f"the books do not balance: {books}")
    return found, numbers[-1] if numbers else cursor

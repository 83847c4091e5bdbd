"""A WebSocket client in forty lines, so that the tests depend on nothing and can break every rule."""
import base64
import json
import os
import socket
import struct
import urllib.parse

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status} {body!r}")
        self.status = status
        self.body = body


class WebSocket:
    """One connection. Refused when the server answers anything but 101."""

    def __init__(self, base_url, path="/ws", timeout=15, **query):
        parts = urllib.parse.urlsplit(base_url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout)
        target = path + "?" + urllib.parse.urlencode(query)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        self.headers = {}
        while (line := self.stream.readline().strip()):
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        if self.status != 101:
            body = self.stream.read(int(self.headers["content-length"]))
            self.end()
            raise Refused(self.status, json.loads(body))

    def send(self, payload, opcode=TEXT):
        payload = payload if isinstance(payload, bytes) else payload.encode()
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += struct.pack("!BH", 0x80 | 126, size)
        else:
            head += struct.pack("!BQ", 0x80 | 127, size)
        self.socket.sendall(head + bytes(4) + payload)  # a mask of zeros leaves the payload as it is

    def send_json(self, value):
        self.send(json.dumps(value))

    def read(self):
        """Opcode and payload; (None, b"") at the end of the connection."""
        head = self.stream.read(2)
        if len(head) < 2:
            return None, b""
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack("!H", self.stream.read(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self.stream.read(8))[0]
        return head[0] & 0x0F, self.stream.read(size)

    def read_json(self):
        """The next message; pings on the way are answered."""
        while True:
            opcode, payload = self.read()
            if opcode == PING:
                self.send(payload, PONG)
            elif opcode == TEXT:
                return json.loads(payload)
            else:
                raise AssertionError(f"not a message: opcode {opcode}, {payload!r}")

    def close_code(self):
        """Reads up to the server's close frame."""
        while True:
            opcode, payload = self.read()
            if opcode in (CLOSE, None):
                return struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else opcode

    def close_frame(self):
        """As close_code(), with the reason; nothing else may come before it but messages and pings."""
        while True:
            opcode, payload = self.read()
            if opcode in (CLOSE, None):
                return (struct.unpack("!H", payload[:2])[0], payload[2:].decode()) if len(payload) >= 2 else (opcode, "")

    def end(self):
        self.stream.close()
        self.socket.close()

"""A share of what `./dev crash` does, and the other ways in which a disk can fail."""
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from crash.checks import check
from crash.load import Load
from crash.run import run
from crash.world import World
from support import BINARY, call, wait_until

POINTS = int(os.environ.get("WHERRY_CRASH_POINTS", "200"))


class Crash(unittest.TestCase):
    def test_nothing_is_lost_or_sent_twice_however_the_process_ends(self):
        seed = int(time.time())
        tally = run(POINTS, seed)
        self.assertTrue(tally.findings.clean(), f"seed {seed}: {tally.last_line()}\n" + "\n".join(tally.findings.lines()))
        self.assertEqual(tally.points, POINTS)
        self.assertGreater(tally.answered, 4 * POINTS)
        self.assertGreater(tally.accepted, 2 * POINTS)
        self.assertGreaterEqual(len(tally.kinds), 2, tally.kinds)


class FullDisk(unittest.TestCase):
    """A limit on the size of files, which the disk answers like ENOSPC."""

    def setUp(self):
        self.world = World(1)
        self.addCleanup(self.world.close)

    def limit(self, size):
        resource.prlimit(self.world.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def test_a_full_disk_is_answered_with_503_and_never_with_a_false_2xx(self):
        world = self.world
        load = Load(world, "full")
        world.settle()
        load.start()
        time.sleep(0.5)
        self.limit(4096)  # not one page more, wherever in a file
        wait_until(lambda: sum(sender.statuses.get(503, 0) for sender in load.senders) > 20, "sends to be refused", 30)
        conversation = load.senders[0].conversation
        refused = world.gateway.send(world.key, conversation, text="no room")
        self.assertEqual(refused.status, 503, refused)
        self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
        self.assertEqual(call("GET", world.gateway.base_url + "/healthz").status, 200)
        self.limit(resource.RLIM_INFINITY)
        wait_until(lambda: world.gateway.send(world.key, conversation, text="room again").status == 200, "sends to work again", 30)
        load.stop()
        world.stop()  # a message whose outcome found no room is settled by the next start and its statuses
        world.start()
        world.settle()
        found, _ = check(world, load, 0)
        self.assertTrue(found.clean(), "\n".join(found.lines()))


class DataDirectory(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wherry-e2e-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.data = self.directory + "/data"
        self.serve("tenant", "create", "--name", "a")

    def serve(self, *arguments, **options):
        return subprocess.run([BINARY, *(arguments or ("serve", "--port", "0")), "--data-dir", self.data], capture_output=True, text=True,
                              timeout=30, **options)

    def test_a_directory_that_cannot_be_written_is_refused_plainly(self):
        os.chmod(self.directory, 0o755)
        as_whom = {}
        if os.geteuid() == 0:  # to whom nothing is read-only
            as_whom = {"user": 65534, "group": 65534, "extra_groups": []}
            for place, _, names in os.walk(self.data):
                for name in (place, *(place + "/" + name for name in names)):
                    os.chown(name, 65534, 65534)
        os.chmod(self.data, 0o500)
        os.chmod(self.data + "/wherry.db", 0o400)
        done = self.serve(**as_whom)
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stderr, r"^wherry: cannot (open|create|write) \S+.*: Permission denied")
        self.assertNotIn("Traceback", done.stderr)

    def test_a_damaged_database_is_refused_plainly(self):
        with open(self.data + "/wherry.db", "r+b") as file:
            file.seek(-4096, os.SEEK_END)
            file.write(os.urandom(4096))
        done = self.serve()
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("wherry.db is damaged", done.stderr)


if __name__ == "__main__":
    unittest.main()

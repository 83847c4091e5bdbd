"""docs/contract-coverage.md is what scripts/contract_coverage writes, and every documented answer has a case."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import ROOT

PAGE = """openapi: 3.1.0
paths:
  /v1/send:
    post:
      responses:
        '200': {}
        '400': {}
components:
  schemas:
    Error: { properties: { code: { enum: [INVALID] } } }
"""


def case(status, body="{}", **request):
    return {"name": str(status), "request": request, "expect": {"status": status, "body": body}}


REFUSED = '{"error":"x","code":"INVALID"}'


class ContractCoverage(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="wherry-coverage-"))
        self.addCleanup(shutil.rmtree, self.root)
        for folder in ("scripts", "docs/openapi", "tests/contract/pipes"):
            (self.root / folder).mkdir(parents=True)
        shutil.copy(ROOT / "scripts/contract_coverage", self.root / "scripts")
        (self.root / "docs/openapi/pipes.yaml").write_text(PAGE)
        (self.root / "docs/openapi/admin.yaml").write_text(PAGE)

    def run_with(self, *cases, check=True):
        (self.root / "tests/contract/pipes/send.json").write_text(json.dumps({"operation": "POST /v1/send", "cases": cases}))
        for arguments in ([], ["--check"])[0 if check else 1:]:
            done = subprocess.run([sys.executable, self.root / "scripts/contract_coverage", *arguments], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1 if done.stdout else 0)
        return done.stdout

    def test_the_page_is_up_to_date_and_has_no_gap(self):
        done = subprocess.run([sys.executable, ROOT / "scripts/contract_coverage", "--check"], capture_output=True, text=True)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))

    def test_each_documented_answer_needs_a_case(self):
        self.assertEqual(self.run_with(case(200), case(400, REFUSED)), "")
        self.assertIn("pipes: POST /v1/send has no case that is answered with 400", self.run_with(case(200)))
        self.assertIn("pipes: no case is answered with INVALID", self.run_with(case(200), case(400)))

    def test_an_answer_that_is_not_documented_is_named(self):
        said = self.run_with(case(200), case(400, REFUSED), case(409, REFUSED))
        self.assertIn("POST /v1/send has a case that is answered with 409, which its page does not describe", said)

    def test_requests_to_other_paths_and_methods_count_for_nothing(self):
        wrong = [case(400, REFUSED, method="GET"), case(400, REFUSED, path="/v1/send/it")]
        self.assertIn("has no case that is answered with 400", self.run_with(case(200), *wrong))

    def test_a_page_that_was_not_written_again_is_stale(self):
        self.run_with(case(200), case(400, REFUSED))
        self.assertIn("is stale", self.run_with(case(200), case(200), case(400, REFUSED), check=False))


if __name__ == "__main__":
    unittest.main()

"""scripts/lint finds what it promises to find, and leaves good code alone."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import ROOT

GOOD = """#pragma once
#include "base/result.h"
/// A good citizen.
class Good {
 public:
  Task<int> one() {
    auto value = co_await two(1, 2);
    CO_TRY(auto other, co_await two(3, 4));
    for (int i = 0; i < 3; ++i) {
      co_await three(i);
    }
    if (value > 1) co_return co_await two(5, 6);  // { ? } in a comment is no brace
    auto named = [](int n) { return n; };
    co_return value + other + named(1) + (value ? 1 : 2);
  }
};
"""


class Lint(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="wherry-lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        for folder in ("scripts", "src/domain", "src/api/pipes", "simulator", "tests", "bench", "docs/openapi"):
            (self.root / folder).mkdir(parents=True)
        shutil.copy(ROOT / "scripts/lint", self.root / "scripts/lint")
        self.write("scripts/size_exemptions.txt", "")
        self.write("src/domain/good.h", GOOD)

    def write(self, name, text):
        (self.root / name).write_text(text)

    def lint(self):
        done = subprocess.run([sys.executable, self.root / "scripts/lint", "--no-format"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0 if "lint: clean" in done.stdout else 1, done.stderr)
        return done.stdout

    def body(self, statement):
        self.write("src/domain/bad.h", "#pragma once\n/// Bad.\nTask<void> bad() {\n  " + statement + "\n}\n")
        return self.lint()

    def test_good_code_is_clean(self):
        self.assertEqual(self.lint(), "lint: clean\n")

    def test_each_dangerous_co_await_is_found(self):
        for statement in ("if (co_await f()) return;", "while (!co_await f(1)) {\n  }", "switch (co_await f()) {\n  }",
                          "for (auto x : co_await f()) g(x);", "auto r = co_await f({1, 2});", "auto r = co_await f(Options{\n    1});",
                          "auto r = co_await f([x](int) { return x; });", "auto r = ok ? co_await f() : 0;", "auto [a, b] = co_await f();",
                          "auto r = co_await f(co_await g());", "auto r = co_await f(ok ? 1 : 2);"):
            with self.subTest(statement=statement):
                self.assertIn("src/domain/bad.h:4:", self.body(statement))

    def test_a_layer_must_not_look_upwards_or_sideways(self):
        self.write("src/domain/bad.h", '#pragma once\n/// Bad.\n#include "services/outbox/outbox.h"\n')
        self.assertIn("layer domain must not include services/outbox/outbox.h", self.lint())
        self.write("src/domain/bad.h", "#pragma once\n/// Good.\n")
        self.write("src/api/pipes/bad.h", '#pragma once\n/// Bad.\n#include "api/admin/wire.h"\n')
        self.assertIn("the pipes door must not include its sibling's api/admin/wire.h", self.lint())
        self.write("src/api/pipes/bad.h", "#pragma once\n/// Good.\n")
        self.write("simulator/bad.h", '#pragma once\n/// Bad.\n#include "services/ports/models.h"\n')
        self.assertIn("layer simulator must not include services/ports/models.h", self.lint())

    def test_long_files_need_a_reason_and_reasons_need_long_files(self):
        self.write("src/domain/long.h", "#pragma once\n/// Long.\n" + "// line\n" * 299)
        self.assertIn("src/domain/long.h:301", self.lint())
        self.write("scripts/size_exemptions.txt", "src/domain/long.h\n")
        self.assertIn("has no reason", self.lint())
        self.write("scripts/size_exemptions.txt", "src/domain/long.h one table\n")
        self.assertEqual(self.lint(), "lint: clean\n")
        self.write("src/domain/long.h", "#pragma once\n/// Short.\n")
        self.assertIn("needs no exemption any more", self.lint())

    def test_undocumented_and_unfinished_things_are_found(self):
        self.write("src/domain/bad.h", "#pragma once\nclass Bad {};\n")
        self.assertIn("a public class without a /// line", self.lint())
        self.write("src/domain/bad.h", "#pragma once\n/// Bad.\n// TO" "DO: later\n")
        self.assertIn("src/domain/bad.h:3: unfinished", self.lint())
        self.write("src/domain/bad.h", "#pragma once\n/// Bad.\nTEST(A, DIS" "ABLED_b) {}\n")
        self.assertIn("a test switched off", self.lint())
        self.write("src/domain/bad.h", "#pragma once\n/// Bad.\nvoid f() { co_spawn(io, g(), deta" "ched); }\n")
        self.assertIn("belongs to a TaskGroup", self.lint())
        self.write("src/domain/bad.h", "#pragma once\n/// Fine.\n")
        self.write("src/domain/bad.cpp", "int x;\n")
        self.assertIn("src/domain:0: the folder has no README.md", self.lint())

    def test_dead_links_and_routes_without_documentation_are_found(self):
        self.write("docs/page.md", "See [there](nowhere.md) and [here](page.md).\n")
        self.assertIn("the link to nowhere.md leads nowhere", self.lint())
        self.write("docs/page.md", "fine\n")
        self.write("docs/openapi/pipes.yaml", "paths:\n  /v1/a:\n    get:\n")
        self.write("src/api/pipes/README.md", "# pipes\n")
        self.write("src/api/pipes/routes.cpp", 'router.add(http::Method::get, "/v1/a", f);\nrouter.add(http::Method::post, "/v1/a", f);\n')
        self.assertIn("src/api/pipes/routes.cpp:2: POST /v1/a is not in docs/openapi/pipes.yaml", self.lint())


if __name__ == "__main__":
    unittest.main()

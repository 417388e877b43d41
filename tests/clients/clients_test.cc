// Promise: client packages that nobody here wrote work unchanged. Each test is a script beside this
// file, run by node (20 or newer) against a concord of its own; npm installs the packages from
// package-lock.json, and only without them the tests are skipped, saying so.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace concord::test {
namespace {

struct Ran {
  int exit = -1;
  std::string out;
};

Ran run(const std::string& line) {
  Ran ran;
  std::FILE* const pipe = popen((line + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe))
    ran.out.append(buffer, got);
  const int status = pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string node() {
  const char* const named = std::getenv("CONCORD_NODE");
  return named == nullptr || *named == 0 ? "node" : "'" + std::string(named) + "'";
}

class Clients : public testing::Test {
 protected:
  static constexpr const char* kFolder = CONCORD_CLIENTS_FOLDER;

  // The scripts beside the packages that they use, outside of the source tree.
  static void SetUpTestSuite() {
    const Ran version = run(node() + " -p 'process.versions.node.split(\".\")[0] >= 20'");
    if (version.out.find("true") == std::string::npos) {
      skipped() = "node 20 or newer is not here (./dev test brings one): " + version.out;
      return;
    }
    const std::string folder = kFolder;
    const std::string source = CONCORD_SOURCE_DIR "/tests/clients/";
    const std::string copied = run("mkdir -p " + folder + " && cp " + source + "*.mjs " + source +
                                   "package*.json " + folder)
                                   .out;
    const std::string stamp = folder + "/installed.json";
    const Ran same = run("cmp -s " + folder + "/package-lock.json " + stamp);
    if (same.exit == 0) return;
    // Not `npm ci`: it refuses the lock because a mirror may lack packages for other systems.
    const Ran installed = run("(cd " + folder +
                              " && npm install --ignore-scripts --omit=optional --no-audit "
                              "--no-fund && cp " +
                              source + "package-lock.json installed.json) 2>&1");
    if (installed.exit == 0) return;
    const std::string why = copied + "npm cannot install: " + installed.out;
    if (run("npm ping 2>&1").exit == 0)
      broken() = why;  // the registry is there: it is our list that is wrong
    else
      skipped() = why;
  }
  void SetUp() override {
    ASSERT_EQ(broken(), "");
    if (!skipped().empty()) GTEST_SKIP() << skipped();
  }
  static std::string& broken() {
    static std::string why;
    return why;
  }
  static std::string& skipped() {
    static std::string why;
    return why;
  }
  static void expect_passes(const std::string& script) {
    const Ran ran = run("cd " + std::string(kFolder) +
                        " && CONCORD_PROGRAM='" CONCORD_PROGRAM "' no_proxy='*' timeout 300 " +
                        node() + " " + script);
    EXPECT_EQ(ran.exit, 0) << ran.out;
  }
};

TEST_F(Clients, Segment) { expect_passes("segment.mjs"); }
TEST_F(Clients, RudderStack) { expect_passes("rudder.mjs"); }
TEST_F(Clients, CloudEvents) { expect_passes("cloudevents.mjs"); }
TEST_F(Clients, ChangeRecordsAndRejections) { expect_passes("changes.mjs"); }
TEST_F(Clients, OverloadLosesNothing) { expect_passes("overload.mjs"); }

}  // namespace
}  // namespace concord::test

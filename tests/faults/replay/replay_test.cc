// Promise: what was answered can be answered again: every decision that was acknowledged is made
// again from what was kept of it without a difference, after kill -9 and a restart, and under
// another policy. Method: the program itself; decisions of generated customers over HTTP, in
// several ways of asking, from several connections at once. Control: one planted difference is
// found among all.
// CONCORD_DECISIONS changes the number of decisions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "index/base/assert.h"
#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/live.h"
#include "server/routes_decisions.h"
#include "tests/server/client.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr unsigned kConnections = 24;

struct Ran {
  int exit = -1;
  std::string out;
};

Ran run(const std::string& folder, const std::string& arguments) {
  const std::string out = folder + "/out";
  const std::string line =
      "'" CONCORD_PROGRAM "' " + arguments + " >" + out + " 2>" + folder + "/err </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, index::read_file(out).value()};
}

/// The program `concord serve`, ended by whatever signal a test sends.
class Served {
 public:
  Served(const std::string& data, const std::string& policy) {
    int ends[2];
    CONCORD_ASSERT(::pipe(ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::execl(CONCORD_PROGRAM, "concord", "serve", "--listen", "127.0.0.1:0", "--as-of", "data",
              "--data", data.c_str(), "--policy", policy.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(ends[1]);
    std::string said;
    char piece[512];
    for (ssize_t got = 0; (got = ::read(ends[0], piece, sizeof piece)) > 0;) {
      said.append(piece, static_cast<std::size_t>(got));
      if (said.find('\n') != std::string::npos) break;
    }
    ::close(ends[0]);
    const std::size_t colon = said.rfind(':');
    if (colon == std::string::npos) return;
    std::from_chars(said.data() + colon + 1, said.data() + said.size(), port_);
  }
  ~Served() { end(SIGKILL); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

std::size_t decisions_wanted() {
  const char* const wanted = std::getenv("CONCORD_DECISIONS");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::size_t kDefault = 200;
#else
  constexpr std::size_t kDefault = 1'500;
#endif
  return wanted == nullptr ? kDefault : static_cast<std::size_t>(std::atoll(wanted));
}

std::string ask_number(std::size_t number, const std::vector<std::string>& people) {
  constexpr const char* kBodies[] = {
      R"({"by":"Anna","department":"service"})",
      R"({"channel":"email","limit":3,"explain":"dropped"})",
      R"({"direction":"inbound","intent":"offer","channel":"phone"})",
      R"({"explain":"scores","limit":50})",
      R"({"claim":true,"topic":"order_status","by":"Anna","department":"service"})",
      R"({"as_of":"2024-06-01T10:00:00Z","limit":1})"};
  const std::string body = kBodies[index::mix64(number) % std::size(kBodies)];
  const std::string& who = people[index::mix64(number * 7 + 1) % people.size()];
  return "POST /v1/customers/" + who + "/decisions HTTP/1.1\r\nHost: localhost\r\n" +
         "Content-Type: application/json\r\nIdempotency-Key: n" + std::to_string(number) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Asks by number, from 0, until `wanted` decisions are acknowledged or `asked_max` are asked (a
/// claim that somebody else has is refused); how many were acknowledged.
std::size_t store(std::uint16_t port, std::size_t wanted, std::size_t asked_max,
                  const std::vector<std::string>& people, std::atomic<std::size_t>& wrong) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> stored{0};
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < kConnections; ++i)
    clients.emplace_back([&] {
      server::TestClient client(port);
      while (stored < wanted) {
        const std::size_t number = next++;
        if (number >= asked_max || !client.send(ask_number(number, people))) return;
        const std::string answer = client.read_answer();
        if (answer.starts_with("HTTP/1.1 201"))
          ++stored;
        else if (!answer.starts_with("HTTP/1.1 409"))
          ++wrong;
      }
    });
  for (std::thread& one : clients) one.join();
  return stored;
}

void damage_a_policy(const std::string& policies) {
  for (const auto& set : fs::directory_iterator(policies)) {
    std::ofstream(set.path() / "features.toml", std::ios::app) << "\n# changed\n";
    return;
  }
}

class ReplayOfAll : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        run(folder(), "generate --customers 300 --seed 11 --threads 1 --out " + folder() + "/demo")
            .exit,
        0);
    ASSERT_EQ(run(folder(),
                  "index --threads 1 --sources " + folder() + "/demo/sources.toml --out " + data())
                  .exit,
              3);
    std::ifstream truth(folder() + "/demo/truth.csv");
    for (std::string line; std::getline(truth, line);)
      if (line.starts_with("email:")) people_.push_back(line.substr(0, line.find(',')));
    ASSERT_GT(people_.size(), 100U);
    // Another policy: other weights, other wording, another rule's words.
    fs::copy(CONCORD_DEFAULT_POLICY, other_policy(), fs::copy_options::recursive);
    std::string features = index::read_file(other_policy() + "/features.toml").value();
    const std::size_t at = features.find("\"14d\"");
    ASSERT_NE(at, std::string::npos);
    features.replace(at, 5, "\"15d\"");
    std::ofstream(other_policy() + "/features.toml") << features;
  }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  [[nodiscard]] std::string data() const { return folder() + "/data"; }
  [[nodiscard]] std::string other_policy() const { return folder() + "/other"; }

  /// A decision as it was kept, with another answer in it.
  void plant();

  TemporaryFolder folder_;
  std::vector<std::string> people_;
};

void ReplayOfAll::plant() {
  auto live = index::Live::open(data(), {});
  ASSERT_TRUE(live.has_value()) << live.error().text();
  const auto events = (*live)->log()->read_kept(0, 1);
  ASSERT_TRUE(events.has_value() && !events->empty());
  auto kept = server::decode_decision(*server::payload_of(events->front().bytes));
  ASSERT_TRUE(kept.has_value()) << kept.error().text();
  const std::string from = "\"catalogue\":";
  kept->answer.replace(kept->answer.find(from), from.size(), "\"catalogue\":1");
  kept->id = server::random_decision_id();
  index::EventDraft event = [&] {
    const auto& snapshot = (*live)->engine().snapshot();
    const index::ReadPin pin = snapshot.pin();
    return server::own_event(snapshot.find(pin, kept->customer), kept->id, {}, kept->at);
  }();
  event.type = static_cast<std::uint8_t>(index::EventType::decision);
  event.decision = std::make_unique<index::wire::DecisionT>();
  event.decision->payload = server::encode_decision(*kept);
  auto made = index::make_incoming(std::move(event), (*live)->engine().normaliser(), {kept->at});
  ASSERT_TRUE(made.has_value()) << made.error().text();
  auto submission = std::make_shared<index::Submission>();
  submission->events.push_back(std::move(*made));
  ASSERT_EQ((*live)->submit(submission), index::Taken::taken);
  live->reset();  // answers what was taken
  ASSERT_EQ(submission->outcomes.at(0).status, index::EventOutcome::Status::accepted);
}

TEST_F(ReplayOfAll, NoDifferenceAfterKillRestartAndAnotherPolicy) {
  const std::size_t count = decisions_wanted();
  std::atomic<std::size_t> wrong{0};
  std::size_t stored = 0;
  {
    Served first(data(), CONCORD_DEFAULT_POLICY);
    ASSERT_NE(first.port(), 0);
    stored = store(first.port(), count, 4 * count, people_, wrong);
    first.end(SIGKILL);
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GE(stored, count);
  const std::string all = "\"decisions\":" + std::to_string(stored) + ",\"different\":0,";
  {
    Served second(data(), other_policy());
    ASSERT_NE(second.port(), 0);
    const Ran replayed = run(folder(), "replay --json --timeout-ms 60000 --url " + second.url());
    EXPECT_EQ(replayed.exit, 0) << replayed.out;
    EXPECT_THAT(replayed.out, HasSubstr(all));
    // The same questions under the same keys: nothing is decided anew.
    std::atomic<std::size_t> others{0};
    EXPECT_EQ(store(second.port(), 1, 50, people_, others), 0U);
    second.end(SIGTERM);
  }
  const std::string of_folder =
      "replay --json --data " + data() + " --policy " + other_policy() + " --threads 2";
  const Ran offline = run(folder(), of_folder);
  EXPECT_EQ(offline.exit, 0) << offline.out;
  EXPECT_THAT(offline.out, HasSubstr(all));
  std::printf("%zu decisions: %s", stored, offline.out.c_str());
  // A backup holds the decisions and the policy sets they were made under.
  ASSERT_EQ(run(folder(), "backup --data " + data() + " --out " + folder() + "/backup").exit, 0);
  ASSERT_EQ(run(folder(), "restore " + folder() + "/backup --data " + folder() + "/again").exit, 0);
  const Ran restored = run(folder(), "replay --json --data " + folder() + "/again --policy " +
                                         other_policy() + " --threads 2");
  EXPECT_THAT(restored.out, HasSubstr(all));
  EXPECT_EQ(run(folder(), "verify " + folder() + "/again").exit, 0);
  damage_a_policy(folder() + "/again/policies");
  const Ran damaged = run(folder(), "verify " + folder() + "/again");
  EXPECT_EQ(damaged.exit, 1);
  EXPECT_THAT(damaged.out, HasSubstr("is not what its name says"));
  plant();
  const Ran planted = run(folder(), of_folder);
  EXPECT_EQ(planted.exit, 1);
  EXPECT_THAT(planted.out, HasSubstr("\"different\":1,"));
  EXPECT_THAT(planted.out, HasSubstr("/counts/catalogue"));
}

}  // namespace
}  // namespace concord::test

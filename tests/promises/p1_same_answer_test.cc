// Promise P1: an answer is a pure function of (question, revision, policy version, as_of).
// Employee, role, program, thread, process and way of indexing are no inputs; the channel picks
// words only. Method: the same questions over HTTP bytes with everything varied that must not
// count; equal bytes and equal answer_id. Planted leaks (user agent, clock, thread) must make the
// comparison fail.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "index/base/json_reader.h"
#include "index/reindex.h"
#include "tests/oracle/feed.h"
#include "tests/promises/front.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Engine;

constexpr const char* kAsOf = "as_of=2025-11-05T10:00:00Z";

std::vector<std::string> feed() { return oracle::encoded(oracle::company_feed(77, 600, 9)); }

void index_into(const std::string& folder, unsigned threads) {
  index::ReindexOptions options;
  options.threads = threads;
  options.text = false;
  options.identity_types = oracle::feed_identity_types();
  auto reindex = index::Reindex::start(folder, options);
  ASSERT_TRUE(reindex.has_value());
  for (const std::string& event : feed()) ASSERT_TRUE((*reindex)->add(event).has_value());
  const auto report = (*reindex)->finish();
  ASSERT_TRUE(report.has_value()) << report.error().text();
  ASSERT_EQ(report->rejected, 0U);
}

std::unique_ptr<Engine> opened(const std::string& folder, unsigned threads) {
  auto engine = Engine::open(folder, threads);
  EXPECT_TRUE(engine.has_value()) << engine.error().text();
  return std::move(*engine);
}

std::vector<std::string> questions(const Engine& engine) {
  std::vector<std::string> out;
  const index::ReadPin pin = engine.snapshot().pin();
  for (std::size_t place = 0; place < engine.snapshot().record_count(); ++place) {
    const index::RecordView record = engine.snapshot().record_at(pin, place);
    if (!record) continue;
    const std::string path = "/v1/customers/" + index::to_string(record.id());
    out.push_back(path + "?" + kAsOf);
    out.push_back(path + "/next-best-action?explain=dropped,scores&limit=50&" + kAsOf);
    out.push_back(path + "/next-best-action?direction=inbound&intent=refund&channel=email&" +
                  kAsOf);
    out.push_back(path + "/timeline?limit=5&" + kAsOf);
  }
  return out;
}

std::string all_bodies(server::Handler& handler, const std::vector<std::string>& asked,
                       const std::string& headers = "") {
  std::string out;
  for (const std::string& target : asked) out += ask(handler, target, headers) + "\n";
  return out;
}

/// What must not count, as header lines.
const std::vector<std::string>& speakers() {
  static const std::vector<std::string> all{
      "", "User-Agent: curl/7.88\r\n",
      "User-Agent: Mozilla/5.0\r\nX-Employee: 4711\r\nX-Department: sales\r\n",
      "User-Agent: agent/2\r\nFrom: chief@example.test\r\nX-Role: manager\r\n",
      "Accept-Language: de\r\nCookie: session=1\r\nX-Request-Id: 9\r\n"};
  return all;
}

/// Do all speakers hear the same?
bool same_for_all(server::Handler& handler, const std::vector<std::string>& asked) {
  const std::string first = all_bodies(handler, asked, speakers().front());
  for (const std::string& headers : speakers())
    if (all_bodies(handler, asked, headers) != first) return false;
  return true;
}

class SameAnswer : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    index_into(folder_->path(), 2);
    engine_ = opened(folder_->path(), 2);
    asked_ = questions(*engine_);
  }
  static void TearDownTestSuite() {
    engine_.reset();
    folder_.reset();
  }
  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::unique_ptr<Engine> engine_;
  static inline std::vector<std::string> asked_;
};

TEST_F(SameAnswer, WhoAsksAndWithWhichProgramDoesNotCount) {
  ASSERT_GT(asked_.size(), 12U);
  Front front(*engine_);
  EXPECT_TRUE(same_for_all(*front.routes, asked_));
}

TEST_F(SameAnswer, TwoEmployeesOfDifferentRank) {
  Front open(*engine_);
  Front front(*engine_, true);
  const std::string clerk = bearer(kClerkToken);
  const std::string chief = bearer(kChiefToken);
  // Nothing in this base is restricted or secret, so nothing is hidden from either.
  const std::string all = all_bodies(*open.routes, asked_);
  EXPECT_EQ(first_difference(all_bodies(*front.routes, asked_, clerk), all), "");
  EXPECT_EQ(first_difference(all_bodies(*front.routes, asked_, chief), all), "");
}

/// What must be equal on every channel: all but treatment and blocked_here.
std::string ranking_of(const std::string& body) {
  index::JsonReader reader;
  const auto answer = reader.parse(body);
  EXPECT_TRUE(answer.has_value());
  std::string out(answer->find("answer_id")->as_string().value());
  for (const index::JsonValue action : answer->find("actions")->elements()) {
    out += "\n" + std::string(action.find("action")->as_string().value()) + " " +
           std::to_string(action.find("priority_micro")->as_int64().value());
    for (const index::JsonValue channel : action.find("deliverable_by")->elements())
      out += " " + std::string(channel.as_string().value());
  }
  return out;
}

TEST_F(SameAnswer, TheChannelPicksTheWordsNeverTheRanking) {
  Front front(*engine_);
  std::set<std::string> wordings;
  for (const std::string& target : asked_) {
    if (target.find("explain=") == std::string::npos) continue;
    const std::string plain = ranking_of(ask(*front.routes, target, ""));
    for (const scoring::Channel& channel : default_set().data().channels) {
      const std::string body = ask(*front.routes, target + "&channel=" + channel.id, "");
      wordings.insert(body);
      ASSERT_EQ(ranking_of(body), plain) << target << " on " << channel.id;
    }
  }
  EXPECT_GT(wordings.size(), asked_.size() / 4);  // the words do differ
}

TEST_F(SameAnswer, EightThreadsAskingAtOnce) {
  Front front(*engine_);
  const std::string one = all_bodies(*front.routes, asked_);
  for (const int threads : {1, 2, 4, 8}) {
    std::vector<std::unique_ptr<Front>> desks;
    for (int i = 0; i < threads; ++i) desks.push_back(std::make_unique<Front>(*engine_));
    std::atomic<int> equal = 0;
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
      running.emplace_back([&, i] {
        equal += all_bodies(*desks[static_cast<std::size_t>(i)]->routes, asked_) == one ? 1 : 0;
      });
    for (std::thread& thread : running) thread.join();
    EXPECT_EQ(equal, threads);
  }
}

TEST_F(SameAnswer, ARebuiltIndexAndTheLiveEngine) {
  Front front(*engine_);
  const std::string one = all_bodies(*front.routes, asked_);
  for (const unsigned threads : {1U, 4U}) {
    const TemporaryFolder again;
    index_into(again.path(), threads);
    const auto rebuilt = opened(again.path(), threads);
    Front other(*rebuilt);
    EXPECT_EQ(first_difference(all_bodies(*other.routes, asked_), one), "");
  }
  const auto live = Engine::empty(oracle::feed_identity_types());
  for (const std::string& event : feed()) ASSERT_TRUE(live->apply(event).has_value());
  // An engine that never had a generation has not been told how fresh its sources are.
  std::vector<std::string> without_sources = asked_;
  for (std::string& target : without_sources)
    if (target.find('/', 14) == std::string::npos) target += "&exclude_fields=sources";
  Front other(*live);
  EXPECT_EQ(first_difference(all_bodies(*other.routes, without_sources),
                             all_bodies(*front.routes, without_sources)),
            "");
}

// The second process of the next test: it opens the folder it is told and writes what it answers.
TEST(SameAnswerInAnotherProcess, WritesItsAnswers) {
  const char* data = std::getenv("CONCORD_P1_DATA");
  const char* out = std::getenv("CONCORD_P1_OUT");
  if (data == nullptr || out == nullptr) GTEST_SKIP() << "run by SameAnswer.TwoProcesses";
  const auto engine = opened(data, 1);
  Front front(*engine);
  std::ofstream(out) << all_bodies(*front.routes, questions(*engine), speakers().back());
}

TEST_F(SameAnswer, TwoProcesses) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string out = folder_->path() + "/other_process.txt";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::setenv("CONCORD_P1_DATA", folder_->path().c_str(), 1);
    ::setenv("CONCORD_P1_OUT", out.c_str(), 1);
    ::setenv("TZ", "Asia/Tokyo", 1);
    ::setenv("LC_ALL", "de_DE.UTF-8", 1);
    ::execl(self.c_str(), self.c_str(), "--gtest_filter=SameAnswerInAnotherProcess.*",
            "--gtest_brief=1", nullptr);
    ::_exit(127);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  std::ifstream in(out);
  const std::string other((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  Front front(*engine_);
  EXPECT_EQ(first_difference(other, all_bodies(*front.routes, asked_)), "");
}

/// A service with a leak: something that must not count gets into the answer.
class Leaky : public server::Handler {
 public:
  enum class Leak { user_agent, clock };
  Leaky(server::Routes& routes, Leak leak) : routes_(routes), leak_(leak) {}
  void handle(const server::Request& request, server::Response& response) override {
    routes_.handle(request, response);
    const std::string tail =
        leak_ == Leak::user_agent ? std::string(request.user_agent) : std::to_string(++clock_);
    response.body.append(" " + tail);
  }

 private:
  server::Routes& routes_;
  Leak leak_;
  int clock_ = 0;  // stands for a clock that is read while answering
};

TEST_F(SameAnswer, PlantedLeaksAreCaught) {
  Front front(*engine_);
  Leaky agent(*front.routes, Leaky::Leak::user_agent);
  EXPECT_FALSE(same_for_all(agent, asked_));
  Leaky clock(*front.routes, Leaky::Leak::clock);
  EXPECT_FALSE(same_for_all(clock, asked_));
}

// A policy variant that looks at the channel must not load at all: P1 is kept where it is easiest.
TEST_F(SameAnswer, APolicyCannotLookAtTheChannel) {
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  fs::copy(std::string(CONCORD_SOURCE_DIR) + "/scoring/policies/default", folder.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  ASSERT_TRUE(scoring::load_policy(folder.path()).has_value());
  std::ofstream(folder.path() + "/company.toml", std::ios::app)
      << "suitability = ['channel == \"phone\"']\n";  // the last table is [engagement]
  const auto policy = scoring::load_policy(folder.path());
  ASSERT_FALSE(policy.has_value());
  EXPECT_NE(policy.error().text().find("channel"), std::string::npos) << policy.error().text();
}

}  // namespace
}  // namespace concord::test

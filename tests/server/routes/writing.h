// A base that Ann and Ben are in, and employees who write to it over HTTP: routes over a live base
// whose log is in memory; requests handled as the loop does it.
// Thread class: one-owner; ask() any-thread.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "index/live.h"
#include "tests/index/live/feeding.h"
#include "tests/server/routes/house_of_ann.h"
#include "tests/support/schema/json_schema.h"

namespace concord::test {

inline const std::string kTokens = "mia read,write " + server::hash_of_token("mia-token") +
                                   "\nlea read,write " + server::hash_of_token("lea-token") +
                                   "\nfeed write,source:shop " +
                                   server::hash_of_token("feed-token") + "\nreader read " +
                                   server::hash_of_token("reader-token") + "\n";
inline constexpr const char* kMia = "Bearer mia-token";
inline constexpr const char* kLea = "Bearer lea-token";

/// A parsed body that keeps what it borrows from.
class Json {
 public:
  explicit Json(const std::string& text) {
    const auto parsed = reader_.parse(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    if (parsed) root_ = *parsed;
  }
  [[nodiscard]] std::optional<index::JsonValue> at(
      std::initializer_list<std::string_view> path) const {
    std::optional<index::JsonValue> at = root_;
    for (const std::string_view step : path) {
      if (!at) return at;
      if (!at->is(index::JsonType::array)) {
        at = at->find(step);
        continue;
      }
      std::size_t number = std::stoul(std::string(step));
      std::optional<index::JsonValue> element;
      for (const index::JsonValue one : at->elements())
        if (number-- == 0) element = one;
      at = element;
    }
    return at;
  }
  [[nodiscard]] std::string text(std::initializer_list<std::string_view> path) const {
    const auto value = at(path);
    return value ? std::string(value->as_string().value_or("")) : std::string();
  }
  [[nodiscard]] std::int64_t number(std::initializer_list<std::string_view> path) const {
    const auto value = at(path);
    return value ? value->as_int64().value_or(-1) : -1;
  }

 private:
  index::JsonReader reader_;
  index::JsonValue root_;
};

class Writes : public testing::Test {
 protected:
  void SetUp() override {
    live_.reset();
    house_ = std::make_unique<HouseOfAnn>(kTokens, false);
    auto log = std::make_unique<MoodyLog>();
    log_ = log.get();
    live_ = index::Live::over(index::Engine::empty(index::default_identity_types()), std::move(log),
                              {});
    house_->service().engine = &live_->engine();
    house_->service().live = live_.get();
    Saying ann("crm", "a-1", kNoon - 86'400'000);
    send_event(ann.of({"email:ann@example.test", "phone:+493012345678"}).profile("Ann Example"));
    Saying ben("crm", "b-1", kNoon - 86'400'000);
    send_event(ben.of({"email:ben@example.test"}).profile("Ben Example"));
  }
  /// Handed in, not waited for.
  std::shared_ptr<index::Submission> hand_in(const std::vector<Saying>& sayings) {
    auto submission = std::make_shared<index::Submission>();
    for (const Saying& one : sayings) {
      index::EventDraft draft(one.draft);
      submission->events.push_back(
          incoming(live_->engine().normaliser(), std::move(draft), {index::UnixMillis{kNoon}}));
    }
    EXPECT_EQ(live_->submit(submission), index::Taken::taken);
    return submission;
  }
  void send_event(const Saying& saying) {
    const auto sent = hand_in({saying});
    while (!sent->finished.load()) std::this_thread::sleep_for(std::chrono::microseconds(50));
    EXPECT_EQ(sent->outcomes.front().status, index::EventOutcome::Status::accepted);
  }
  /// `parked`: called each time the request waits, before it is waited for.
  Answer ask(server::Method method, std::string_view path, std::string_view text,
             const char* token = kMia, std::string_view key = {},
             const std::function<void()>& parked = {}) {
    server::Routes routes(house_->service());
    server::Target target;
    EXPECT_TRUE(target.read(path));
    server::Request request;
    request.method = method;
    request.method_text = method == server::Method::get ? "GET" : "POST";
    request.target = path;
    request.path = target.path();
    request.segments = target.segments();
    request.parameters = target.parameters();
    request.host = "localhost";
    request.authorization = token;
    request.content_type = "application/json";
    request.idempotency_key = key;
    request.body = text;
    server::Response response;
    routes.handle(request, response);
    std::shared_ptr<server::Later> later;
    while (response.later != nullptr) {
      later = response.later;
      if (parked) parked();
      while (!later->ready()) std::this_thread::sleep_for(std::chrono::microseconds(50));
      request.later = later.get();
      response.reset();
      routes.handle(request, response);
    }
    return {response.status, std::string(response.fields()), std::string(response.body.view()),
            std::string(response.content_type)};
  }
  Answer post(const std::string& what, const std::string& body, const char* token = kMia,
              std::string_view key = {}) {
    const Answer answer =
        ask(server::Method::post, "/v1/customers/email:ann@example.test/" + what, body, token, key);
    expect_schema(answer, what, body);
    return answer;
  }
  // Answers are as the contract says; bodies that were taken are, too.
  static void expect_schema(const Answer& answer, const std::string& what,
                            const std::string& body) {
    static tests::SchemaSet schemas(std::string(CONCORD_SOURCE_DIR) + "/server/schemas");
    const bool good = answer.status == 200 || answer.status == 201;
    EXPECT_THAT(schemas.problems(good ? "write" : "problem", answer.body), testing::IsEmpty())
        << answer.body;
    if (good) {
      EXPECT_THAT(schemas.problems(what.substr(0, what.size() - 1) + "-request", body),
                  testing::IsEmpty())
          << body;
    }
  }
  Json context(const char* token = kMia) {
    const Answer answer =
        ask(server::Method::get, "/v1/customers/email:ann@example.test", "", token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body);
  }
  std::int64_t left(const std::string& grade) {
    const Json answer = context();
    const auto all = answer.at({"authority"});
    for (const index::JsonValue one : all->elements())
      if (one.find("grade")->as_string() == grade) return *one.find("left_minor")->as_int64();
    return -1;
  }
  [[nodiscard]] index::EventSeq revision() const { return live_->engine().snapshot().revision(); }

  std::unique_ptr<HouseOfAnn> house_;
  std::unique_ptr<index::Live> live_;
  MoodyLog* log_ = nullptr;
};

}  // namespace concord::test

// The routes that take events in: forms, statuses, rights, the write key, refusals before a body.
// Method: routes over a live base whose log is in memory; requests handled as the loop does it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "index/live.h"
#include "index/log/event_log.h"
#include "server/intake_desk.h"
#include "tests/server/routes/house_of_ann.h"
#include "tests/support/schema/json_schema.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kTokens = "desk write,source:helpdesk " + server::hash_of_token("desk-token") +
                            "\nreader read " + server::hash_of_token("reader-token") +
                            "\nweb:shop write " + server::hash_of_token("web-token") + "\n";

/// What goes with a body.
struct Sent {
  std::string_view content_type = "application/x-ndjson";
  std::string_view authorization{};
  std::vector<server::Field> ce{};
  std::string_view coding{};
};

class IntakeRoutes : public testing::Test {
 protected:
  void open(std::string_view tokens = {}, std::vector<server::SourceRule> rules = {}) {
    house_ = std::make_unique<HouseOfAnn>(tokens, false);
    live_ = index::Live::over(index::Engine::empty(index::default_identity_types()),
                              index::make_memory_log(), {});
    desk_ = std::make_unique<server::IntakeDesk>(*live_, server::SourceRegistry(std::move(rules)),
                                                 nullptr, server::DeskOptions{});
    house_->service().engine = &live_->engine();
    house_->service().desk = desk_.get();
    routes_ = std::make_unique<server::Routes>(house_->service());
  }
  void TearDown() override {
    routes_.reset();
    desk_.reset();
  }

  Answer post(std::string_view target, std::string_view text, const Sent& sent = {}) {
    server::Target read;
    EXPECT_TRUE(read.read(target));
    server::Request request;
    request.method = server::Method::post;
    request.method_text = "POST";
    request.target = target;
    request.path = read.path();
    request.segments = read.segments();
    request.parameters = read.parameters();
    request.host = "localhost";
    request.authorization = sent.authorization;
    request.content_type = sent.content_type;
    request.content_encoding = sent.coding;
    request.ce_fields = sent.ce;
    request.body = text;
    server::Body stored;
    request.stored_body = &stored;
    server::Response response;
    routes_->handle(request, response);
    while (response.later != nullptr) {
      const std::shared_ptr<server::Later> later = response.later;
      while (!later->ready()) std::this_thread::sleep_for(std::chrono::microseconds(50));
      request.later = later.get();
      response.reset();
      routes_->handle(request, response);
    }
    return {response.status, std::string(response.fields()), std::string(response.body.view()),
            std::string(response.content_type)};
  }
  static std::string line(const std::string& id, const std::string& source = "helpdesk") {
    return R"({"id":")" + id + R"(","source":")" + source +
           R"(","at":"2026-11-22T09:00:00Z","customer":["email:ann@example.test"],)"
           R"("entry":{"kind":"case","key":"T-)" +
           id + "\"}}\n";
  }
  [[nodiscard]] index::EventSeq revision() const { return live_->engine().snapshot().revision(); }

  std::unique_ptr<HouseOfAnn> house_;
  std::unique_ptr<index::Live> live_;
  std::unique_ptr<server::IntakeDesk> desk_;
  std::unique_ptr<server::Routes> routes_;
};

TEST_F(IntakeRoutes, ALineOutForEachLineIn) {
  open();
  const Answer answer = post("/v1/events", line("1") + "\n{\n" + line("1"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.content_type, "application/x-ndjson");
  EXPECT_THAT(answer.body,
              StartsWith(R"({"line":1,"id":"1","status":"accepted","revision":1})"
                         "\n"
                         R"({"line":3,"status":"rejected","error":{"code":"bad_json")"));
  EXPECT_THAT(answer.body, HasSubstr(R"({"line":4,"id":"1","status":"duplicate","revision":1})"
                                     "\n"));
  static tests::SchemaSet schemas(std::string(CONCORD_SOURCE_DIR) + "/server/schemas");
  std::string_view rest = answer.body;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    EXPECT_TRUE(schemas.problems("event-status", std::string(rest.substr(0, end))).empty());
    rest.remove_prefix(end + 1);
  }
}

TEST_F(IntakeRoutes, EveryFormOfEvents) {
  open();
  const std::string one = line("1");
  EXPECT_EQ(post("/v1/events", one, {"application/json"}).status, 200);
  EXPECT_EQ(post("/v1/events", "[" + line("2") + "," + line("3") + "]",
                 {"Application/JSON; charset=utf-8"})
                .status,
            200);
  EXPECT_EQ(revision(), 3U);
  const std::string data =
      R"({"customer":["email:ann@example.test"],"entry":{"kind":"case","key":"C"}})";
  const std::string cloud =
      R"({"specversion":"1.0","id":"c1","source":"desk","type":"concord.entry.v1",)"
      R"("time":"2026-11-22T09:00:00Z","data":)" +
      data + "}";
  EXPECT_EQ(post("/v1/events", cloud, {"application/cloudevents+json"}).status, 200);
  EXPECT_EQ(post("/v1/events", "[" + cloud + "]", {"application/cloudevents-batch+json"}).status,
            200);
  EXPECT_EQ(revision(), 4U) << "the batch repeats it";
  Sent binary{"application/json"};
  binary.ce = {{"ce-specversion", "1.0"},
               {"ce-id", "c2"},
               {"ce-source", "desk"},
               {"ce-type", "concord.entry.v1"},
               {"ce-time", "2026-11-22T09:00:00Z"}};
  EXPECT_THAT(post("/v1/events", data, binary).body, HasSubstr(R"("status":"accepted")"));
  EXPECT_EQ(post("/v1/events", one, {"text/plain"}).status, 415);
  Sent packed;
  packed.coding = "br";
  EXPECT_EQ(post("/v1/events", one, packed).status, 415);
  EXPECT_EQ(post("/v1/events", "{", {"application/json"}).status, 400);
  EXPECT_EQ(post("/v1/events?sauce=x", one).status, 400);
}

TEST_F(IntakeRoutes, WhoMaySendWhat) {
  open(kTokens);
  EXPECT_EQ(post("/v1/events", line("1")).status, 401);
  EXPECT_EQ(post("/v1/events", line("1"), {"application/x-ndjson", "Bearer reader-token"}).status,
            403);
  const Sent desk{"application/x-ndjson", "Bearer desk-token"};
  EXPECT_THAT(post("/v1/events", line("1"), desk).body, HasSubstr("accepted"));
  EXPECT_THAT(post("/v1/events", line("2", "shop"), desk).body, HasSubstr("not_allowed"));
  const std::string merge = R"({"id":"m","source":"helpdesk","at":"2026-11-22T09:00:00Z",)"
                            R"("merge":{"into":"email:a@b.test",)"
                            R"("from":"email:c@b.test"}})";
  EXPECT_THAT(post("/v1/events", merge, desk).body, HasSubstr("not_allowed"));
}

TEST_F(IntakeRoutes, TheWriteKeyNamesTheSource) {
  open({}, {{"web", "marketing", {}}});
  const std::string track = R"({"userId":"u","event":"Won","messageId":")";
  // "web:" and "app:" in Base64; the Content-Type is RudderStack's.
  const Sent web{"application/x-www-form-urlencoded", "Basic d2ViOg=="};
  const Sent other{"application/json", "Basic YXBwOg=="};
  const Answer answer = post("/v1/track", track + "1\"}", web);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"success":true})");
  post("/v1/track", track + "2\"}", other);
  std::map<std::string, std::uint64_t> counts;
  for (const auto& one : desk_->counted()) counts[one.source] += one.items;
  EXPECT_EQ(counts, (std::map<std::string, std::uint64_t>{{"web", 1}, {"segment", 1}}));
}

TEST_F(IntakeRoutes, AWriteKeyIsAToken) {
  open(kTokens);
  const std::string body = R"({"batch":[{"type":"identify","userId":"u","messageId":"1"}]})";
  EXPECT_EQ(post("/v1/batch", body, {"application/json", "Basic d2ViOg=="}).status, 401);
  // "web-token:"
  const Sent key{"application/json", "Basic d2ViLXRva2VuOg=="};
  EXPECT_EQ(post("/v1/batch", body, key).status, 200);
  ASSERT_EQ(desk_->counted().size(), 1U);
  EXPECT_EQ(desk_->counted()[0].source, "web.shop");
}

TEST_F(IntakeRoutes, SegmentClientsNeverSeeA4xxForWhatIsRefused) {
  open();
  const Answer answer = post(
      "/v1/batch", R"({"batch":[{"type":"dance","userId":"u"},{"type":"track","userId":"u"}]})",
      {"application/json"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(desk_->refused().size(), 2U);
  EXPECT_EQ(post("/v1/batch", "{", {"application/json"}).status, 400);
}

TEST_F(IntakeRoutes, ABaseThatTakesNothingInSaysSo) {
  open();
  house_->service().desk = nullptr;
  EXPECT_EQ(post("/v1/events", line("1")).status, 503);
  EXPECT_EQ(post("/v1/track", "{}").status, 503);
  EXPECT_EQ(post("/v1/rejections/retry", "{}", {"application/json"}).status, 503);
  house_->service().desk = desk_.get();
}

TEST_F(IntakeRoutes, ABodyOfEventsMayBeLarge) {
  open();
  server::Target read;
  ASSERT_TRUE(read.read("/v1/events"));
  server::Request head;
  head.method = server::Method::post;
  head.segments = read.segments();
  head.host = "localhost";
  EXPECT_EQ(routes_->admit(head).body_bytes_max, 16UL << 20);
  ASSERT_TRUE(read.read("/v1/multi"));
  head.segments = read.segments();
  EXPECT_EQ(routes_->admit(head).body_bytes_max, 0U);
  std::string body;
  for (int i = 0; i < 400; ++i) body += line(std::to_string(i));
  const Answer answer = post("/v1/events", body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(revision(), 400U);
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 400);
}

}  // namespace
}  // namespace concord::test

// Native lines: a status for each line, in order; a bad line loses only itself; rights hold.
#include "server/intake_native.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/server/intake/intake_support.h"

namespace concord::test {
namespace {

std::string entry_line(const std::string& id, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","source":"helpdesk","at":"2026-11-22T09:00:00Z",)" +
         R"("customer":["email:ann@example.test"],"entry":{"kind":"case","key":"T-1"})" + more +
         "}";
}

TEST(IntakeNative, ALineGivesAnEvent) {
  Reading reading;
  const auto items = reading.lines(entry_line("e1") + "\n");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].item.line, 1U);
  EXPECT_EQ(items[0].item.id, "e1");
  EXPECT_EQ(items[0].item.source, "helpdesk");
  EXPECT_EQ(items[0].item.format, "native");
  EXPECT_EQ(items[0].draft().entry->key, "T-1");
}

TEST(IntakeNative, BadLinesLoseOnlyThemselves) {
  Reading reading;
  const std::string body = "\xEF\xBB\xBF" + entry_line("a") + "\r\n\n  \r\n{not json}\n" +
                           entry_line("b", R"(,"colour":"red")") + "\n[]\n" + entry_line("c");
  const auto items = reading.lines(body);
  ASSERT_EQ(items.size(), 5U);
  struct Row {
    std::uint32_t line;
    const char* id;
    const char* code;
    const char* pointer;
  };
  const Row rows[] = {{1, "a", "", ""},
                      {4, "", "bad_json", ""},
                      {5, "b", "bad_event", "/colour"},
                      {6, "", "bad_event", ""},
                      {7, "c", "", ""}};
  for (std::size_t i = 0; i < items.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(items[i].item.line, rows[i].line);
    EXPECT_EQ(items[i].item.id, rows[i].id);
    EXPECT_EQ(items[i].code(), rows[i].code);
    EXPECT_EQ(items[i].pointer(), rows[i].pointer);
    EXPECT_EQ(items[i].item.drafts.empty(), items[i].item.fault.has_value());
  }
  EXPECT_EQ(items[1].raw, "{not json}");
}

TEST(IntakeNative, ALineOverTheLimitIsRefusedUnread) {
  Reading reading;
  const std::string long_text(server::kItemBytesMax + 1, 'x');
  const auto items = reading.lines(long_text + "\n" + entry_line("b"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].code(), "over_limit");
  EXPECT_EQ(items[1].code(), "");
}

TEST(IntakeNative, DefaultsComeFromTheRequestThenFromTheSource) {
  Reading reading;
  reading.use_registry({{"shop", "operations", {}}, {"helpdesk", "service", {}}}, false);
  reading.ask().source = "shop";
  const std::string bare = R"({"id":"1","at":"2026-11-22T09:00:00Z","customer":["email:a@b.test"],)"
                           R"("entry":{"kind":"order","key":"1"}})";
  const auto items = reading.lines(bare + "\n" + entry_line("2"));
  EXPECT_EQ(items[0].draft().source, "shop");
  EXPECT_EQ(items[0].draft().department, "operations");
  EXPECT_EQ(items[1].draft().source, "helpdesk");
  EXPECT_EQ(items[1].draft().department, "service");
  reading.ask().department = "sales";
  EXPECT_EQ(reading.lines(bare)[0].draft().department, "sales");
  reading.ask().source.clear();
  EXPECT_EQ(reading.lines(bare)[0].item.fault->pointer, "/source");
}

TEST(IntakeNative, RightsHold) {
  using index::EventType;
  Reading reading;
  reading.use_registry({{"helpdesk", "service", {EventType::entry}}}, true);
  const std::string head = R"({"id":"1","at":"2026-11-22T09:00:00Z",)";
  struct Row {
    std::string line;
    const char* code;
    const char* pointer;
  };
  const Row rows[] = {
      {entry_line("1"), "", ""},
      {head + R"("source":"helpdesk","heartbeat":{}})", "", ""},
      {head + R"("source":"helpdesk","customer":["email:a@b.test"],"profile":{"name":"A"}})",
       "not_allowed", "/profile"},
      {head + R"("source":"unheard","heartbeat":{}})", "not_allowed", "/source"},
      {head + R"("source":"concord","heartbeat":{}})", "not_allowed", "/source"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.line);
    const auto items = reading.lines(row.line);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].code(), row.code);
    EXPECT_EQ(items[0].pointer(), row.pointer);
  }
}

TEST(IntakeNative, MergeSplitAndEraseNeedTheirOwnScope) {
  server::Client client{"crm", {"write", "merge"}, false};
  Reading reading;
  reading.ask().sender = server::sender_of(client);
  const std::string head = R"({"id":"1","source":"crm","at":"2026-11-22T09:00:00Z",)";
  EXPECT_EQ(reading.lines(head + R"("merge":{"into":"email:a@b.test","from":"email:c@b.test"}})")[0]
                .code(),
            "");
  EXPECT_EQ(reading.lines(head + R"("split":{"identities":["email:a@b.test"]}})")[0].code(),
            "not_allowed");
  EXPECT_EQ(reading.lines(head + R"("customer":["email:a@b.test"],"erase":{}})")[0].code(),
            "not_allowed");
}

TEST(IntakeNative, ATokenCanBeLimitedToSources) {
  server::Client client{"desk", {"write", "source:helpdesk"}, false};
  Reading reading;
  reading.ask().sender = server::sender_of(client);
  EXPECT_EQ(reading.lines(entry_line("1"))[0].code(), "");
  const std::string other =
      R"({"id":"1","source":"shop","at":"2026-11-22T09:00:00Z","heartbeat":{}})";
  EXPECT_EQ(reading.lines(other)[0].code(), "not_allowed");
}

TEST(IntakeNative, ADocumentIsOneEventOrAList) {
  Reading reading;
  EXPECT_EQ(reading.document(entry_line("1")).size(), 1U);
  const auto items = reading.document("[" + entry_line("1") + ", 7, " + entry_line("3") + "]");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[1].code(), "bad_event");
  EXPECT_EQ(items[1].raw, "7");
  EXPECT_EQ(items[2].item.line, 3U);
  EXPECT_EQ(items[2].item.id, "3");
  EXPECT_TRUE(reading.document("{").empty());
  EXPECT_NE(reading.refusal(), "");
  EXPECT_TRUE(reading.document("3").empty());
  EXPECT_NE(reading.refusal(), "");
}

// Whatever the lines are, each that is not blank gives one item, in order, with its number.
RC_GTEST_PROP(IntakeNative, EveryLineGivesOneItemInOrder, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(
      rc::gen::oneOf(rc::gen::just(entry_line("x")), rc::gen::just(std::string(" \t")),
                     rc::gen::just(std::string("null")),
                     rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'))));
  std::string body;
  std::vector<std::uint32_t> wanted;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    body += lines[i] + "\n";
    if (lines[i].find_first_not_of(" \t\r") != std::string::npos)
      wanted.push_back(static_cast<std::uint32_t>(i + 1));
  }
  Reading reading;
  std::vector<std::uint32_t> got;
  for (const ReadItem& item : reading.lines(body)) {
    got.push_back(item.item.line);
    RC_ASSERT(item.item.drafts.empty() == item.item.fault.has_value());
    RC_ASSERT(item.raw == lines[item.item.line - 1]);
  }
  RC_ASSERT(got == wanted);
}

}  // namespace
}  // namespace concord::test

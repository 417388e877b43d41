// Change records: both forms, deletes as retracts, replays with the same id, tombstones skipped.
#include "server/intake_change.h"

#include <gtest/gtest.h>

#include "tests/server/intake/intake_support.h"

namespace concord::test {
namespace {

const std::string kSource =
    R"("source":{"db":"desk","schema":"public","table":"tickets","lsn":4711,)"
    R"("ts_ms":1795600000000})";

std::string envelope(const std::string& op, const std::string& before, const std::string& after,
                     const std::string& source = kSource) {
  return R"({"before":)" + before + R"(,"after":)" + after + "," + source + R"(,"op":")" + op +
         R"(","ts_ms":1795600009999})";
}
const std::string kRow = R"({"no":"T-1","email":"ann@example.test"})";

class IntakeChange : public testing::Test {
 protected:
  IntakeChange() { reading_.use_mapping(); }
  ReadItem one(const std::string& line) {
    auto items = reading_.lines(line);
    EXPECT_EQ(items.size(), 1U) << line;
    return std::move(items.at(0));
  }
  Reading reading_;
};

TEST_F(IntakeChange, CreatedUpdatedAndReadRowsAreMapped) {
  for (const char* op : {"c", "u", "r"}) {
    const ReadItem item = one(envelope(op, "null", kRow));
    ASSERT_EQ(item.code(), "") << op;
    EXPECT_EQ(item.draft().entry->key, "T-1");
    EXPECT_EQ(item.draft().at, 1795600000000);
    EXPECT_EQ(item.item.source, "desk");
    EXPECT_EQ(item.item.format, "change");
    EXPECT_TRUE(item.item.id.starts_with("tickets:4711:")) << item.item.id;
  }
}

TEST_F(IntakeChange, ADeletedRowIsARetract) {
  const ReadItem item = one(envelope("d", kRow, "null"));
  ASSERT_EQ(item.code(), "");
  EXPECT_EQ(item.draft().type, static_cast<std::uint8_t>(index::EventType::retract));
  EXPECT_EQ(one(envelope("d", "null", "null")).item.fault->pointer, "/before");
}

TEST_F(IntakeChange, AReplayHasTheSameIdAndContent) {
  const ReadItem first = one(envelope("u", "null", kRow));
  std::string later = envelope("u", "null", kRow);
  later.replace(later.find("1795600009999"), 13, "1795699999999");
  reading_.ask().received_at.ms += 1'000'000;
  const ReadItem again = one(later);
  EXPECT_EQ(first.item.id, again.item.id);
  EXPECT_EQ(first.item.content, again.item.content);
  const ReadItem other = one(envelope("u", "null", R"({"no":"T-1","email":"bob@example.test"})"));
  EXPECT_NE(first.item.id, other.item.id);
}

TEST_F(IntakeChange, TheSchemaAroundItMakesNoDifference) {
  const ReadItem bare = one(envelope("c", "null", kRow));
  const ReadItem wrapped =
      one(R"({"schema":{"type":"struct"},"payload":)" + envelope("c", "null", kRow) + "}");
  EXPECT_EQ(bare.item.id, wrapped.item.id);
}

TEST_F(IntakeChange, FlattenedRecords) {
  const std::string row = R"({"no":"T-2","email":"ann@example.test","__table":"tickets",)"
                          R"("__lsn":5000,"__source_ts_ms":1795600000001,)";
  const ReadItem made = one(row + R"("__op":"c","__deleted":"false"})");
  ASSERT_EQ(made.code(), "");
  EXPECT_EQ(made.draft().entry->key, "T-2");
  EXPECT_EQ(made.draft().at, 1795600000001);
  const ReadItem gone = one(row + R"("__deleted":"true"})");
  EXPECT_EQ(gone.draft().type, static_cast<std::uint8_t>(index::EventType::retract));
  reading_.ask().mapping = "tickets";
  const ReadItem plain = one(R"({"no":"T-3","email":"ann@example.test"})");
  ASSERT_EQ(plain.code(), "");
  EXPECT_EQ(plain.item.id, "case:T-3");
  EXPECT_EQ(plain.item.format, "change?mapping=tickets");
}

TEST_F(IntakeChange, TombstonesAndUnwantedRowsAreSkipped) {
  for (const std::string& line :
       {std::string("null"), std::string(R"({"schema":null,"payload":null})"),
        envelope("c", "null", R"({"no":"T-1","hidden":true})")}) {
    const ReadItem item = one(line);
    EXPECT_EQ(item.code(), "") << line;
    EXPECT_TRUE(item.item.drafts.empty()) << line;
  }
}

TEST_F(IntakeChange, WhatCannotBeMappedIsRefusedWithTheReason) {
  const std::string other =
      R"("source":{"db":"desk","table":"users","lsn":1,"ts_ms":1795600000000})";
  EXPECT_EQ(one(envelope("c", "null", kRow, other)).code(), "no_mapping");
  EXPECT_EQ(one(envelope("t", "null", kRow)).code(), "unsupported");
  EXPECT_EQ(one(envelope("x", "null", kRow)).code(), "bad_event");
  EXPECT_EQ(one(envelope("c", "null", "null")).item.fault->pointer, "/after");
  EXPECT_EQ(one(envelope("c", "null", "{}")).item.fault->pointer, "no");
  reading_.ask().mappings = nullptr;
  EXPECT_EQ(one(envelope("c", "null", kRow)).code(), "no_mapping");
  EXPECT_EQ(one("null").code(), "bad_event");
}

}  // namespace
}  // namespace concord::test

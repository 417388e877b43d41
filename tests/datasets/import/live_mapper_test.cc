// Rows one by one, along the same sources.toml as files: same events; deleted rows are withdrawn.
#include "datasets/import/live_mapper.h"

#include <gtest/gtest.h>

#include "index/base/time.h"

namespace concord::datasets {
namespace {

constexpr char kSources[] = R"(
version = 1
[[source]]
name = "helpdesk"
department = "service"
may = ["entry", "retract", "consent", "profile"]
  [[source.file]]
  path = "service/tickets-*.csv.gz"
  delimiter = ";"
  table = "public.tickets"
  date_format = "unix_us"
  event = "entry"
  kind = "case"
  key = "no"
  id = ["no", "changed"]
  at = "changed"
  only = { column = "test", not_in = ["true"] }
  customer = [{ type = "email", column = "email" }]
    [source.file.fields]
    status = "state"
    attributes.days = "day"
    [source.file.state]
    "Neu" = "new"
  [[source.file]]
  path = "service/tickets.csv"
  table = "public.tickets"
  event = "consent"
  id = ["no"]
  at = "changed"
  date_format = "unix_us"
  customer = [{ type = "email", column = "email" }]
    [source.file.fields]
    purpose = { const = "service" }
    state = { const = "granted" }
[[source]]
name = "crm"
department = "sales"
may = ["profile", "entry"]
  [[source.file]]
  table = "contacts"
  event = "profile"
  at = "changed"
  customer = [{ type = "email", column = "email" }]
  [[source.file]]
  path = "orders.csv"
  event = "entry"
  kind = "order"
  key = "no"
  at = "day"
  date_format = "unix_days"
  customer = [{ type = "email", column = "email" }]
[[source]]
name = "shop"
department = "sales"
may = ["entry"]
  [[source.file]]
  path = "orders.csv"
  event = "entry"
  kind = "order"
  key = "no"
  at = "day"
  customer = [{ type = "email", column = "email" }]
[[source]]
name = "web"
department = "marketing"
may = ["entry"]
)";
constexpr index::UnixMillis kAt{1'795'600'000'000};

class LiveMapperTest : public testing::Test {
 protected:
  LiveMapperTest() : mapper_(parse_sources(kSources, "sources.toml").value(), "", report_) {}
  ImportReport report_;
  LiveMapper mapper_;
};

TEST_F(LiveMapperTest, TablesAreFoundByAnyOfTheirNames) {
  using Found = std::vector<std::size_t>;
  EXPECT_EQ(mapper_.find("desk", "public", "tickets", "", ""), (Found{0, 1}));
  EXPECT_EQ(mapper_.find("", "other", "tickets", "", ""), Found{});
  EXPECT_EQ(mapper_.find("", "", "", "", "tickets"), (Found{0, 1}));
  EXPECT_EQ(mapper_.find("", "", "", "crm", "tickets"), Found{});
  EXPECT_EQ(mapper_.find("any", "any", "contacts", "", ""), Found{2});
  EXPECT_EQ(mapper_.find("", "", "orders", "", ""), Found{}) << "two sources: whose?";
  EXPECT_EQ(mapper_.find("", "", "orders", "shop", ""), Found{4});
  EXPECT_EQ(mapper_.list(),
            "helpdesk: public.tickets, helpdesk: public.tickets, crm: contacts, crm: orders, "
            "shop: orders");
}

TEST_F(LiveMapperTest, ARowIsAnEvent) {
  const auto drafts = mapper_.map(
      0, R"({"no":"T-1","changed":1795600000123456,"email":"a@b.test","state":"Neu","day":3})",
      kAt);
  ASSERT_TRUE(drafts.has_value()) << drafts.error().text();
  ASSERT_EQ(drafts->size(), 1U);
  const index::EventDraft& draft = drafts->front();
  EXPECT_EQ(draft.source, "helpdesk");
  EXPECT_EQ(draft.department, "service");
  EXPECT_EQ(draft.at, 1'795'600'000'123);
  EXPECT_EQ(draft.entry->key, "T-1");
  EXPECT_EQ(*draft.entry->state_type, static_cast<std::uint8_t>(index::StateType::new_));
  EXPECT_EQ(draft.entry->attributes.at(0)->text, "3");
  const auto order = mapper_.map(3, R"({"no":"O-1","day":20000,"email":"a@b.test"})", kAt);
  EXPECT_EQ(order->front().at, index::parse_rfc3339("2024-10-04")->ms);
}

TEST_F(LiveMapperTest, ARowWithoutATimeHasThatOfTheChange) {
  const auto drafts = mapper_.map(0, R"({"no":"T-1","email":"a@b.test"})", kAt);
  EXPECT_FALSE(drafts.has_value()) << "its id needs the column";
  const auto profile = mapper_.map(2, R"({"email":"a@b.test"})", kAt);
  ASSERT_TRUE(profile.has_value()) << profile.error().text();
  EXPECT_EQ(profile->front().at, kAt.ms);
}

TEST_F(LiveMapperTest, WhatIsNotWantedOrNotRight) {
  const auto unwanted =
      mapper_.map(0, R"({"no":"T-1","changed":1,"email":"a@b.test","test":"true"})", kAt);
  ASSERT_TRUE(unwanted.has_value());
  EXPECT_TRUE(unwanted->empty());
  const auto bad = mapper_.map(0, R"({"no":"T-1","changed":"noon","email":"a@b.test"})", kAt);
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().place, "changed");
  EXPECT_EQ(mapper_.map(0, "[]", kAt).error().code, index::Code::bad_input);
}

TEST_F(LiveMapperTest, ADeletedRowIsWithdrawn) {
  const auto gone = mapper_.unmap(0, R"({"no":"T-1","email":"a@b.test","state":"Neu"})", kAt);
  ASSERT_TRUE(gone.has_value()) << gone.error().text();
  const index::EventDraft& draft = gone->front();
  EXPECT_EQ(draft.type, static_cast<std::uint8_t>(index::EventType::retract));
  EXPECT_EQ(draft.entry->key, "T-1");
  EXPECT_TRUE(draft.entry->status.empty());
  EXPECT_EQ(draft.at, kAt.ms);
  EXPECT_EQ(mapper_.unmap(0, R"({"no":"T-1"})", kAt).error().place, "before");
  EXPECT_TRUE(mapper_.unmap(1, R"({"no":"T-1","email":"a@b.test"})", kAt)->empty())
      << "the entry's mapping has done it";
  EXPECT_EQ(mapper_.unmap(2, R"({"email":"a@b.test"})", kAt).error().code,
            index::Code::unsupported);
}

}  // namespace
}  // namespace concord::datasets

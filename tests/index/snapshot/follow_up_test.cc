// Promise P5: a fix is in the attention of everybody who reported what it fixes, until somebody has
// told him. Method: one release, and what ends the waiting, one row each.
#include "index/snapshot/follow_up.h"

#include <gtest/gtest.h>

#include "tests/index/snapshot/published.h"

namespace concord::test {
namespace {

using index::Direction;
using index::Kind;
using index::StateType;
using index::UnixMillis;

constexpr std::int64_t kDay = 86'400'000;

std::string attention(const Base& base, std::int64_t at_ms) {
  const auto pin = base.snapshot().pin();
  const index::Customer customer = base.customer(pin, "crm:1", UnixMillis{at_ms});
  return member(customer, index::ContextField::attention, UnixMillis{at_ms});
}

Base reported(bool by_link = true) {
  Base base;
  Saying ticket("desk", "t", 10 * kDay);
  ticket.of({"crm:1"}).entry(Kind::case_, "T-1").state(StateType::solved).closed(11 * kDay);
  if (by_link) ticket.links({"tracker/defect/D-1"});
  base.hear(ticket);
  Saying fix("tracker", "r", 20 * kDay);
  fix.entry(Kind::release, "2.1").links({"tracker/defect/D-1"}).topic("defect_fixed");
  if (!by_link) fix.of({"crm:1"});
  base.hear(fix.subject("The lamp dims again"));
  return base;
}

TEST(FollowUp, AFixIsToBeToldForThirtyDays) {
  for (const bool by_link : {true, false}) {
    const Base base = reported(by_link);
    EXPECT_EQ(attention(base, 19 * kDay), "[]");
    const std::string then = attention(base, 20 * kDay);
    EXPECT_NE(then.find(R"("entry":"tracker/release/2.1")"), std::string::npos) << then;
    EXPECT_NE(then.find("Release 2.1 fixes what was reported, out since 1970-01-21: The lamp dims "
                        "again"),
              std::string::npos)
        << then;
    EXPECT_EQ(attention(base, 50 * kDay - 1), then);
    EXPECT_EQ(attention(base, 50 * kDay), "[]");
  }
}

TEST(FollowUp, EndsWhenHeIsTold) {
  struct Row {
    const char* what;
    std::int64_t at;
    Direction direction;
    const char* topic;
    std::vector<std::string> links;
    bool told;
  };
  const std::vector<Row> rows{
      {"links to the defect",
       21 * kDay,
       Direction::outbound,
       "",
       {"x/y/z", "tracker/defect/D-1"},
       true},
      {"links to the release", 21 * kDay, Direction::outbound, "", {"tracker/release/2.1"}, true},
      {"has its topic", 21 * kDay, Direction::outbound, "defect_fixed", {}, true},
      {"came in", 21 * kDay, Direction::inbound, "defect_fixed", {"tracker/defect/D-1"}, false},
      {"came before", 19 * kDay, Direction::outbound, "defect_fixed", {}, false},
      {"is about something else",
       21 * kDay,
       Direction::outbound,
       "newsletter",
       {"tracker/defect/D-10", "tracker/defect/D"},
       false}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    Base base = reported();
    Saying call("desk", "c", row.at);
    call.of({"crm:1"}).entry(Kind::message, "c-1").topic(row.topic).links(row.links);
    call.it().direction = static_cast<std::uint8_t>(row.direction);
    base.hear(call.text(R"(,"links":["tracker/defect/D-1"],"attachments":[)"));  // only words
    EXPECT_EQ(attention(base, 22 * kDay) == "[]", row.told)
        << attention(base, 22 * kDay);
    EXPECT_NE(attention(base, row.at - 1 + (row.at < 20 * kDay ? 2 * kDay : 0)),
              "[]");
  }
}

TEST(FollowUp, ShowsTheNewestTen) {
  Base base = reported();
  for (int n = 0; n < 15; ++n) {
    Saying fix("tracker", "r" + std::to_string(n), 21 * kDay + n);
    base.hear(fix.of({"crm:1"}).entry(Kind::release, "3." + std::to_string(n)));
  }
  const auto pin = base.snapshot().pin();
  const auto found = index::follow_ups_of(base.customer(pin, "crm:1", UnixMillis{22 * kDay}).record,
                                          UnixMillis{22 * kDay});
  ASSERT_EQ(found.count, 10U);
  EXPECT_EQ(found.fixes[0]->id_json(), "tracker/release/3.14");
  EXPECT_EQ(found.fixes[9]->id_json(), "tracker/release/3.5");
}

}  // namespace
}  // namespace concord::test

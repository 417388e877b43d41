// Promise: late, early, repeated and contradicting events lead to the same answers as orderly ones.
// Method: one feed in many orders and with repeats through a Live; answers are compared but for the
// revisions. The times of the feed are all different: exact ties go by the order of the log.
#include <gtest/gtest.h>

#include <algorithm>

#include "index/base/hash.h"
#include "tests/index/live/feeding.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::Live;
using index::StateType;
using index::UnixMillis;
using Status = index::EventOutcome::Status;

std::unique_ptr<Live> fresh() {
  return Live::over(index::Engine::empty(story_identity_types()), index::make_memory_log(), {});
}

// A feed in which who is who never depends on the order: each person goes by one pair of ids.
// Memberships are left out: an account that nobody spoke of before is known from the first
// membership in the log, which is a matter of order.
std::vector<index::EventDraft> plain_feed(std::uint64_t seed, std::size_t count) {
  std::vector<index::EventDraft> feed;
  for (const std::string& bytes : random_feed(seed, count)) {
    index::EventDraft& draft = feed.emplace_back();
    (*index::decode_event(bytes))->UnPackTo(&draft);
    if (draft.membership) {
      feed.pop_back();
      continue;
    }
    draft.at = 1'000'000 + static_cast<std::int64_t>(feed.size()) * 7;
    if (draft.entry) draft.entry->at = flatbuffers::nullopt;
    const bool whole = draft.customer.empty() || draft.customer[0].starts_with("account:");
    if (whole) continue;
    const std::string person = std::to_string(index::mix64(seed * 977 + feed.size()) % 6);
    draft.customer = {"crm:" + person, "email:p" + person + "@example.test"};
  }
  return feed;
}

// Answers ordered by customer, for the order of the records is that of their first event.
std::string told(const Live& live, std::int64_t as_of_ms) {
  const std::string all = all_answers(live.engine(), UnixMillis{as_of_ms}, false);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    lines.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  for (const std::string& line : lines) sorted += line + "\n";
  return sorted;
}

void feed_all(Live& live, const std::vector<index::EventDraft>& feed, std::size_t* repeats) {
  std::vector<Sent> sent;
  for (const index::EventDraft& draft : feed) {
    std::vector<index::EventDraft> one;
    one.emplace_back(draft);
    sent.emplace_back(live, std::move(one));
  }
  for (Sent& one : sent) {
    const auto& outcome = one.wait().front();
    ASSERT_NE(outcome.status, Status::unknown);
    ASSERT_NE(outcome.status, Status::rejected) << outcome.error.text();
    if (outcome.status == Status::duplicate) ++*repeats;
  }
}

TEST(Feed, InAnyOrderAndRepeatedItLeadsToTheSameAnswers) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    const auto feed = plain_feed(seed, 120);
    std::size_t repeats = 0;
    const auto orderly = fresh();
    feed_all(*orderly, feed, &repeats);
    ASSERT_EQ(repeats, 0U);
    for (std::uint64_t order = 0; order < 3; ++order) {
      std::vector<index::EventDraft> shuffled = feed;
      for (std::size_t i = 0; i < feed.size(); ++i)
        if (index::mix64(order * 7919 + seed * 31 + i) % 3 == 0) shuffled.push_back(feed[i]);
      const std::size_t extra = shuffled.size() - feed.size();
      for (std::size_t i = shuffled.size(); i > 1; --i)
        std::swap(shuffled[i - 1], shuffled[index::mix64(seed * 131 + order * 17 + i) % i]);
      const auto live = fresh();
      repeats = 0;
      feed_all(*live, shuffled, &repeats);
      EXPECT_EQ(repeats, extra);
      for (const std::int64_t at : {1'000'300LL, 1'000'700LL, 1'020'000LL})
        ASSERT_EQ(first_difference(told(*orderly, at), told(*live, at)), "") << order;
    }
  }
}

TEST(Feed, TheComparisonSeesALostEvent) {
  const auto feed = plain_feed(3, 120);
  std::size_t repeats = 0;
  const auto whole = fresh();
  feed_all(*whole, feed, &repeats);
  std::size_t seen = 0;
  for (std::size_t lost = 0; lost < 20; ++lost) {
    auto shorter = feed;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(lost * 5));
    const auto live = fresh();
    feed_all(*live, shorter, &repeats);
    seen += told(*whole, 1'020'000) != told(*live, 1'020'000) ? 1 : 0;
  }
  EXPECT_GE(seen, 10U);  // a value that was set again later is no loss to the newest answer
}

Saying consent(const char* id, std::int64_t at_ms, ConsentState state) {
  Saying saying("crm", id, at_ms);
  saying.of({"crm:1"}).consent("marketing", "email", state);
  return saying;
}

// What the context answer shows of one customer.
std::string answer(const Live& live, std::int64_t as_of_ms) {
  return all_answers(live.engine(), UnixMillis{as_of_ms}, false);
}

TEST(Feed, ABackfilledConsentNeverBeatsANewerWithdrawal) {
  const auto live = fresh();
  ASSERT_EQ(send(*live, consent("c2", 2'000, ConsentState::withdrawn)).status, Status::accepted);
  const std::string before = answer(*live, 10'000);
  ASSERT_NE(before.find("\"withdrawn\""), std::string::npos);
  for (const std::int64_t at : {0LL, 1'000LL, 1'999LL})
    ASSERT_EQ(
        send(*live, consent(("b" + std::to_string(at)).c_str(), at, ConsentState::granted)).status,
        Status::accepted);
  EXPECT_EQ(answer(*live, 10'000).find("\"granted\""), std::string::npos);
  // Control: a newer one does count.
  ASSERT_EQ(send(*live, consent("c3", 2'001, ConsentState::granted)).status, Status::accepted);
  EXPECT_NE(answer(*live, 10'000).find("\"granted\""), std::string::npos);
}

TEST(Feed, AnOlderOpenNeverReopensAClosedCase) {
  const auto live = fresh();
  const auto state = [&](const char* id, std::int64_t at_ms, StateType type) {
    Saying saying("helpdesk", id, at_ms);
    saying.of({"crm:1"}).entry(index::Kind::case_, "T1").state(type).subject("Late");
    return send(*live, saying).status;
  };
  ASSERT_EQ(state("s3", 3'000, StateType::closed), Status::accepted);
  const auto open_count = [&] {
    const std::string told = answer(*live, 10'000);
    return told.find("\"attention\":[]") == std::string::npos;
  };
  EXPECT_FALSE(open_count());
  ASSERT_EQ(state("s1", 1'000, StateType::new_), Status::accepted);
  ASSERT_EQ(state("s2", 2'000, StateType::open), Status::accepted);
  EXPECT_FALSE(open_count());
  ASSERT_EQ(state("s4", 4'000, StateType::open), Status::accepted);  // control
  EXPECT_TRUE(open_count());
}

// A clock that runs far ahead must not win over what is said later in truth.
TEST(Feed, AClockAheadDoesNotHoldTheFieldForEver) {
  const auto live = fresh();
  const auto status = [&](const char* id, std::int64_t at_ms, const char* text) {
    Saying saying("helpdesk", id, at_ms);
    saying.of({"crm:1"}).entry(index::Kind::case_, "T1").subject(text);
    EXPECT_EQ(send(*live, saying).status, Status::accepted);
  };
  status("s1", kReceived.ms + 900'000'000, "from the future");
  status("s2", kReceived.ms + 1, "from now");
  EXPECT_NE(answer(*live, kReceived.ms + 10).find("from now"), std::string::npos);
  EXPECT_EQ(live->source_counts().front().clamped, 1U);
}

}  // namespace
}  // namespace concord::test

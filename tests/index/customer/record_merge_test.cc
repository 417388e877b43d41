// Promise: two records that turn out to be one person become what one record would have been, in
// whatever grouping they merge; of two consents the stricter survives, until somebody says more.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/index/customer/folding.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::CustomerRecord;

// Merges the parts pair by pair, the pairs drawn from `seed`.
CustomerRecord merge_all(std::vector<CustomerRecord> parts, std::uint64_t seed) {
  while (parts.size() > 1) {
    shuffle(parts, seed++);
    CustomerRecord from = std::move(parts.back());
    parts.pop_back();
    index::merge_records(parts.back(), std::move(from), 1000);
  }
  return std::move(parts.front());
}

std::vector<CustomerRecord> split_up(const std::vector<Told>& told, std::size_t parts,
                                     std::uint64_t seed, bool with_consents) {
  std::vector<CustomerRecord> all(parts);
  for (std::size_t i = 0; i < parts; ++i) all[i].id = index::CustomerId{100 + i};
  for (const Told& one : told) {
    const auto event = index::decode_event(one.bytes);
    const bool is_consent = index::type_of(**event) == index::EventType::consent;
    if (is_consent != with_consents && is_consent) continue;
    fold_told(all[index::mix64(seed + one.seq) % parts], one);
  }
  return all;
}

// What must not depend on who was merged into whom.
std::string without_names(CustomerRecord record) {
  record.id = index::CustomerId{1};
  record.merged_from.clear();
  record.seq = 1000;
  return published(record);
}

TEST(Merge, IsTheFoldOfAllEventsWhateverTheGrouping) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<Told> told = told_about_one(seed, 80);
    const std::string want = without_names(std::move(split_up(told, 1, seed, false).front()));
    for (std::size_t parts = 2; parts <= 5; ++parts)
      ASSERT_EQ(want, without_names(merge_all(split_up(told, parts, seed, false), seed + parts)));
  }
}

TEST(Merge, WithConsentsEveryGroupingGivesTheSame) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<Told> told = told_about_one(seed, 80);
    const std::string want = without_names(merge_all(split_up(told, 4, seed, true), 1));
    for (std::uint64_t grouping = 2; grouping < 8; ++grouping)
      ASSERT_EQ(want, without_names(merge_all(split_up(told, 4, seed, true), grouping * 977)));
  }
}

TEST(Merge, OfTwoConsentsTheStricterSurvivesUntilALaterWord) {
  const auto say = [](const char* id, std::int64_t at_ms, ConsentState state) {
    return Saying("crm", id, at_ms).of({"crm:1"}).consent("marketing", "email", state);
  };
  Listener strict;
  strict.hear(say("1", 10, ConsentState::withdrawn), 1);
  Listener late;
  late.hear(say("2", 90, ConsentState::granted), 2);
  index::merge_records(strict.record, std::move(late.record), 3);
  const index::ConsentKey key{"marketing", "email", "", ""};
  EXPECT_EQ(strict.record.consents.at(key).state, ConsentState::withdrawn);
  strict.hear(say("4", 95, ConsentState::granted), 4);
  EXPECT_EQ(strict.record.consents.at(key).state, ConsentState::granted);
}

TEST(Merge, RemembersEveryIdItEverHad) {
  std::vector<CustomerRecord> parts(4);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].id = index::CustomerId{10 - i};
  index::merge_records(parts[2], std::move(parts[3]), 5);
  index::merge_records(parts[0], std::move(parts[2]), 6);
  index::merge_records(parts[0], std::move(parts[1]), 7);
  EXPECT_EQ(parts[0].merged_from, (std::vector<index::CustomerId>{{7}, {8}, {9}}));
  EXPECT_EQ(parts[0].seq, 7U);
}

}  // namespace
}  // namespace concord::test

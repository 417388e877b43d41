// An account that speaks of its own membership: accepted, so it must apply, to every state and
// again when the log is read anew, and give what the batch index gives.
#include <gtest/gtest.h>

#include "index/engine.h"
#include "index/reindex.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::Engine;

constexpr index::UnixMillis kAsOf{1'000'000};

std::string membership(const char* id, std::initializer_list<const char*> of, const char* account) {
  Saying saying("crm", id, 1'000);
  saying.of(of).membership(account, "branch");
  return saying.bytes();
}

std::string rebuilt(const std::vector<std::string>& events) {
  const TemporaryFolder folder;
  index::ReindexOptions options;
  options.threads = 1;
  options.text = false;
  options.identity_types = story_identity_types();
  auto reindex = index::Reindex::start(folder.path(), options);
  for (const std::string& event : events) EXPECT_TRUE((*reindex)->add(event).has_value());
  EXPECT_TRUE((*reindex)->finish().has_value());
  return all_answers(**Engine::open(folder.path(), 1), kAsOf);
}

std::string applied(const std::vector<std::string>& events) {
  const auto engine = Engine::empty(story_identity_types());
  for (const std::string& event : events) {
    const auto done = engine->apply(event);
    EXPECT_TRUE(done.has_value()) << done.error().text();
  }
  return all_answers(*engine, kAsOf);
}

TEST(Account, MayNameItselfInAMembership) {
  const std::vector<std::string> events{membership("1", {"account:acme"}, "acme"),
                                        membership("2", {"account:acme"}, "acme")};
  EXPECT_EQ(first_difference(applied(events), rebuilt(events)), "");
}

TEST(Account, MayNameItselfBesideAKnownOne) {
  Saying known("crm", "0", 500);
  known.of({"account:a"}).entry(index::Kind::note, "n");
  const std::vector<std::string> events{known.bytes(),
                                        membership("1", {"account:a", "account:b"}, "b"),
                                        membership("2", {"email:ann@example.test"}, "b")};
  EXPECT_EQ(first_difference(applied(events), rebuilt(events)), "");
}

}  // namespace
}  // namespace concord::test

// Generated stories: random but repeatable feeds of events, as free as the API (late, repeated,
// contradicting, merging, withdrawn), for comparing two ways of answering.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "index/customer/identity_types.h"
#include "index/engine.h"

namespace concord::test {

/// The identity types the stories use: email, crm, shop (join), phone (looks up), account.
index::IdentityTypes story_identity_types();

/// `count` encoded events about a handful of people and accounts; the same for the same seed.
std::vector<std::string> random_feed(std::uint64_t seed, std::size_t count);

/// The same about two customers and an account with long histories: new entries above all, late
/// ones, changes of old ones, withdrawals, links and releases, over `keys` keys.
std::vector<std::string> long_feed(std::uint64_t seed, std::size_t count, std::size_t keys);

/// Every fact of the context answers of all customers of `engine` at `as_of`, one line each, in the
/// order of the records; without `sources`, of which a generation is told at once and a live engine
/// only by events. `with_revisions` false leaves out what must differ between two orders of
/// the same feed.
std::string all_answers(const index::Engine& engine, index::UnixMillis as_of,
                        bool with_revisions = true);
std::string all_answers(const index::Snapshot& snapshot, index::UnixMillis as_of,
                        bool with_revisions = true);

/// Where two texts of lines first differ, a few words of each; empty when they are equal.
std::string first_difference(const std::string& a, const std::string& b);

/// A folder for one test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace concord::test

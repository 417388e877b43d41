// A generated base, opened once a program, with its policy and a key for each customer.
// Thread class: one-owner (made on the first call); what it holds is immutable afterwards.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "index/engine.h"
#include "scoring/policy.h"
#include "server/answers.h"

namespace concord::bench {

struct Bases {
  std::string folder;                  // FOLDER/<customers>/{extracts,data}
  std::vector<std::size_t> customers;  // sizes that are there
  std::string policy;                  // folder of the policy set
};

/// Takes `--bases FOLDER --customers N,N --policy FOLDER` out of the command line.
Bases take_bases(int& argc, char** argv);

class World {
 public:
  World(const Bases& bases, std::size_t customers);

  [[nodiscard]] const index::Engine& engine() const { return *engine_; }
  [[nodiscard]] const index::Snapshot& snapshot() const { return engine_->snapshot(); }
  [[nodiscard]] const scoring::Policy& policy() const { return *policy_; }
  /// The base clock `data`, rounded up to the policy's tick.
  [[nodiscard]] index::UnixMillis as_of() const { return as_of_; }
  /// One joining identity for each customer (not accounts), in the order of the records.
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  /// Key of the customer with the most entries.
  [[nodiscard]] const std::string& largest_key() const { return largest_key_; }
  [[nodiscard]] const std::string& extracts() const { return extracts_; }
  [[nodiscard]] const std::string& data() const { return data_; }

  /// The customer of a key that is known to be one person's.
  [[nodiscard]] index::Customer customer(const index::ReadPin& pin, std::string_view key) const;
  /// Those whose keys stand at `places` of keys().
  [[nodiscard]] std::vector<index::Customer> customers(
      const index::ReadPin& pin, const std::vector<std::uint32_t>& places) const;

 private:
  std::string extracts_, data_;
  std::unique_ptr<index::Engine> engine_;
  std::shared_ptr<const scoring::Policy> policy_;
  index::UnixMillis as_of_;
  std::vector<std::string> keys_;
  std::string largest_key_;
};

/// Opened on the first call; ends the program with a clear word when it cannot be.
const World& world_of(const Bases& bases, std::size_t customers);

/// The context answer of one key, as the route gives it; `out` and the scratch are reused.
class ContextAnswer {
 public:
  explicit ContextAnswer(const World& world) : world_(world) {}
  /// `facts_only`: without do_not, next and authority, so without a decision.
  std::string_view of(std::string_view key, bool facts_only);

 private:
  const World& world_;
  index::Resolution resolution_;
  index::Buffer out_;
  server::AnswerScratch scratch_;
};

}  // namespace concord::bench

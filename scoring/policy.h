// A policy set: the company's words, rules, features, models and catalogue of actions, read from a
// folder of TOML files and checked whole. Thread class: immutable.
// The rules written there, and how they are applied, are described in docs/policies.md.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"

namespace concord::scoring {

struct PolicyData;  // policy_data.h: what the other files of this room see

/// A file of a policy set, as it was read.
struct PolicySource {
  std::string name;  // inside the folder: "actions/service.toml"
  std::string bytes;
};

class Policy {
 public:
  explicit Policy(std::unique_ptr<const PolicyData> data);
  ~Policy();
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  /// Content hash over the sorted names and bytes of the set's files: 32 hex digits.
  [[nodiscard]] std::string_view version() const;
  /// Number of actions in the catalogue.
  [[nodiscard]] std::size_t action_count() const;
  /// ISO 4217 code all money is counted in.
  [[nodiscard]] std::string_view currency() const;
  /// The base clock is rounded up to this; always at least 1.
  [[nodiscard]] std::int64_t clock_tick_ms() const;
  /// `time` rounded up to the clock tick.
  [[nodiscard]] index::UnixMillis round_up(index::UnixMillis time) const;
  /// A channel of company.toml? The empty word ("no channel asked for") is not one.
  [[nodiscard]] bool has_channel(std::string_view channel) const;
  /// A department of company.toml?
  [[nodiscard]] bool has_department(std::string_view department) const;
  /// The departments of company.toml, comma separated, for messages.
  [[nodiscard]] std::string department_list() const;
  /// The channels of company.toml, comma separated, for messages.
  [[nodiscard]] std::string channel_list() const;

  /// The files of the set by name: written to a folder they make the same set again.
  [[nodiscard]] std::span<const PolicySource> files() const;

  [[nodiscard]] const PolicyData& data() const { return *data_; }

 private:
  std::unique_ptr<const PolicyData> data_;
};

/// Reads and checks a policy folder: its *.toml files, and the models/*.json they name; other files
/// are no part of the set. Errors: not_found (no folder, no company.toml), io_error,
/// Money in minor units of the company's currency, floored, at the rate valid at `at`: as spent
/// authority is counted. Empty: no rate.
std::optional<std::int64_t> company_amount(const PolicyData& policy, std::int64_t amount_minor,
                                           std::string_view currency, index::UnixMillis at);

/// Reads and checks a policy folder. Errors: not_found (no folder, no company.toml), io_error,
/// bad_input and over_limit with place "file.toml:line". The detail lists every mistake that was
/// found, one a line, at most kPolicyErrorsShown of them.
index::Result<std::shared_ptr<const Policy>> load_policy(const std::string& folder);
inline constexpr std::size_t kPolicyErrorsShown = 20;

/// The same, with every mistake by itself, in the order they were found.
struct PolicyCheck {
  std::shared_ptr<const Policy> policy;  // null: there are mistakes
  std::vector<index::Error> mistakes;
};
PolicyCheck check_policy(const std::string& folder);

}  // namespace concord::scoring

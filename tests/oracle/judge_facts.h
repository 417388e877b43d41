// What a decision must know of a customer: his entries, his companies' entries, numbers and blocks.
// Thread class: one-owner.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scoring/policy_data.h"
#include "tests/oracle/answer.h"

namespace concord::oracle {

/// Does an entry match? `unknown` names what is absent while all that is known fits.
struct Fit {
  bool yes = false;
  std::string unknown;
  [[nodiscard]] bool perhaps() const { return yes || !unknown.empty(); }
};
Fit fits(const scoring::Filter& filter, const Entry& entry, std::int64_t as_of);
/// The attribute as JSON writes it, a text without its quotes; empty optional: the entry has none.
std::optional<std::string> attribute_text(const Entry& entry, const std::string& name);

struct Number {
  std::int64_t value = 0;
  bool known = false;
  const Entry* newest = nullptr;  // of what was counted
};

struct LiveBlock {
  std::size_t rule = 0;
  std::vector<const Entry*> causes;  // oldest first
  std::string unknown;
  std::optional<std::int64_t> until;
};

struct Situation {
  std::int64_t as_of = 0;
  std::vector<Entry> own;       // that exist at as_of, newest first, without stored decisions
  std::vector<Entry> accounts;  // likewise
  std::vector<Number> features;
  std::vector<const Entry*> contacts;  // we spoke to the customer, newest first
  std::vector<const Entry*> outcomes;  // of what we said to him
  std::vector<const Entry*> asked;
  std::optional<std::int64_t> silent_since;
  std::vector<LiveBlock> blocks;  // worst first
  std::vector<const Entry*> stale;
  std::vector<HeldIdentity> identities;
  std::vector<std::string> needs;
  std::string language, time_zone, owner;
  std::optional<std::int64_t> since;
  const Person* person = nullptr;
  const Person* account = nullptr;  // the first one he belongs to
  struct Sharer {
    const Person* person = nullptr;
    std::vector<HeldIdentity> identities;
  };
  std::vector<Sharer> sharers;
};

/// Empty optional: the condition's answer is unknown, and `field` names what is absent.
using Ask = std::function<std::optional<bool>(const Situation&, std::uint32_t condition,
                                              std::string& field)>;

Situation situation_of(const scoring::PolicyData& policy, const Book& book, const Person& person,
                       std::int64_t as_of);
void find_blocks(const scoring::PolicyData& policy, const Ask& ask, Situation& now);
/// In the company's currency; empty: no amount, or no rate.
std::optional<std::int64_t> amount_of(const scoring::PolicyData& policy, const Entry& entry);

inline bool has_bit(std::uint64_t bits, std::size_t bit) { return (bits >> bit & 1U) != 0; }

}  // namespace concord::oracle

// The context answer's facts, worked out the slow way, as the bytes the fast engine must give.
// Thread class: any-thread (pure functions).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "index/base/json_writer.h"
#include "tests/oracle/entries.h"

namespace concord::oracle {

/// The accounts a customer belongs to at `as_of`, each once, in the order of `accounts[]`.
std::vector<const Person*> accounts_of(const Book& book, const Person& person, std::int64_t as_of);
/// Others who hold an identity of his that only looks up: their word on it counts for him too.
std::vector<const Person*> sharers_of(const Book& book, const Person& person);
/// The revision of an answer: what is shared with an account changes its members' answers too, and
/// whoever shares an address changes the answers of all who do.
EventSeq answer_revision(const Book& book, const Person& person, std::int64_t as_of);

/// All facts of one customer's context answer (no policy, no scoring), in the answer's order.
std::string facts_json(const Book& book, const Person& person, std::int64_t as_of,
                       std::uint32_t limit);

// ---- pieces of it: each writes one value

void write_profile(index::JsonWriter& out, const Person& person);
void write_accounts(index::JsonWriter& out, const Book& book, const Person& person,
                    std::int64_t as_of);
void write_preferences(index::JsonWriter& out, const Person& person);
void write_consents(index::JsonWriter& out, const Person& person, std::int64_t as_of);
void write_conflicts(index::JsonWriter& out, const Person& person);
void write_identities(index::JsonWriter& out, const Book& book, const Person& person);

/// What one source last said about one field of the profile.
struct Claim {
  std::int64_t at = 0;
  EventSeq seq = 0;
  std::string source;
  bool cleared = false;
  index::wire::AttributeT value;
  std::vector<std::string> needs;
};
/// By field ("name", "attributes.city"): every source's last word, newest first.
std::map<std::string, std::vector<Claim>> claims_of(const Person& person);
/// The newest word; null when there is none or it took the value back.
const Claim* current(const std::map<std::string, std::vector<Claim>>& claims,
                     const std::string& field);
/// Text of the current claim, or empty.
std::string current_text(const Person& person, const std::string& field);
/// His identities, each with the first event that named it.
struct HeldIdentity {
  NamedIdentity identity;
  std::string source;
  std::int64_t since = 0;
  EventSeq seq = 0;
};
std::vector<HeldIdentity> held_identities(const Book& book, const Person& person);

}  // namespace concord::oracle

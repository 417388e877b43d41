// The mutable truth about one customer: a pure fold of events, field by field.
// Of two values for a field the one with the greater (event time, seq) wins, whatever the order of
// arrival; null clears, absent keeps; a retracted entry stays known so that older updates do not
// bring it back. Two records that turn out to be one person merge by the same rule.
// Thread class: one-owner.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/customer/identity.h"
#include "index/log/event.h"

namespace concord::index {

/// When a value was true, and which event said so. seq 0: never set.
struct Stamp {
  std::int64_t at_ms = kNoTime;
  EventSeq seq = 0;
  auto operator<=>(const Stamp&) const = default;
};

inline constexpr std::size_t kEntryFieldCount = 29;  // wire::EntryField

struct EntryState {
  std::string id;  // source/kind/key
  std::string source;
  std::string department;
  wire::EntryT now;  // current values; `cleared` lists are unused here
  std::array<Stamp, kEntryFieldCount> stamps{};
  std::map<std::string, Stamp, std::less<>> attribute_stamps;
  Stamp newest;                        // greatest stamp of any event about it
  EventSeq last_seq = 0;               // last event in log order that changed it
  std::int64_t first_at_ms = kNoTime;  // least time of an event that said something: stands in
                                       // when `at` was never given; kNoTime: only withdrawn so far
  bool spread = false;  // a release that came by a link, not by name: derived, never merged
  Stamp retracted;      // greatest retract; hides the entry unless a newer event set something

  [[nodiscard]] bool hidden() const { return retracted.seq != 0 && retracted >= newest; }
  [[nodiscard]] std::int64_t at_ms() const {
    if (now.at.has_value()) return *now.at;
    return first_at_ms != kNoTime ? first_at_ms : retracted.at_ms;
  }
};

struct ClaimKey {
  std::string name;  // "name", "language", "time_zone", "needs", "since", "attributes.<x>"
  std::string source;
  auto operator<=>(const ClaimKey&) const = default;
};
struct ClaimState {
  Stamp stamp;
  bool cleared = false;
  wire::AttributeT value;  // its `name` is empty
};
struct IdentityState {
  bool joins = true;
  std::string source;  // first to report it
  Stamp first;         // least stamp
};
struct MemberKey {
  std::string account;  // "account:acme", normalised
  std::string role;
  auto operator<=>(const MemberKey&) const = default;
};
struct MemberState {
  std::string name;  // of the account; absent keeps
  Stamp name_stamp;
  std::int64_t from_ms = kNoTime;
  std::int64_t to_ms = kNoTime;
  CustomerId account_id;
  std::string source;
  Stamp stamp;
};
struct ConsentKey {
  std::string purpose, channel, identity, brand;
  auto operator<=>(const ConsentKey&) const = default;
};
struct ConsentValue {
  ConsentState state = ConsentState::unknown;
  std::string basis, wording, evidence, source;
  std::int64_t expires_at_ms = kNoTime;
  Stamp stamp;
};

struct CustomerRecord {
  CustomerId id;
  bool is_account = false;
  EventSeq created_seq = 0;
  EventSeq seq = 0;                                        // last event that changed it
  std::map<std::string, EntryState, std::less<>> entries;  // by id
  std::map<ClaimKey, ClaimState> claims;
  std::map<std::string, IdentityState, std::less<>> identities;  // by type:value, normalised
  std::map<MemberKey, MemberState> members;
  std::map<ConsentKey, ConsentValue> consents;
  std::vector<CustomerId> merged_from;  // sorted
};

/// What fold needs beside the event: whose identities these are, already normalised, and the id of
/// the account a membership names.
struct FoldInput {
  const wire::Event* event = nullptr;
  EventSeq seq = 0;
  std::span<const NormalisedIdentity> identities;
  CustomerId membership_account;
  std::string membership_key;    // "account:acme", normalised
  std::string consent_identity;  // normalised; empty: the whole customer
};

/// The id of the one entry that an event is about; empty when it is about none.
std::string touched_entry(const wire::Event& event);

/// Changes `record` by one event. Requires: a verified event that is not knowledge, merge, split,
/// erase, heartbeat, source_state or decision (those change no single record here).
void fold(CustomerRecord& record, const FoldInput& input);

/// Joins `from` into `into` at event `seq`: entries and claims by their stamps, of two consents the
/// stricter. Equal for every grouping of the same merges.
void merge_records(CustomerRecord& into, CustomerRecord&& from, EventSeq seq);

/// A record is an account's when its identities are of type `account`.
bool is_account(const CustomerRecord& record);

/// withdrawn > denied > unknown > granted.
int strictness(ConsentState state);

}  // namespace concord::index

// The published state: every customer's record at every revision some reader still needs.
// Thread class: any-thread for readers, who take no lock, allocate nothing and wait for nobody;
// one-owner for the writer's part (SnapshotWriter, see snapshot_writer.h).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/limits.h"
#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/customer/identity.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

class SnapshotState;  // tables and versions; known by snapshot.cc and snapshot_writer.cc
class Snapshot;

/// Holds one revision readable. Movable, not copyable. Cheap: one store, no lock.
class ReadPin {
 public:
  ReadPin(ReadPin&& other) noexcept;
  ReadPin& operator=(ReadPin&&) = delete;
  ReadPin(const ReadPin&) = delete;
  ~ReadPin();
  /// The published revision this pin sees: nothing later is visible through it.
  [[nodiscard]] EventSeq revision() const { return revision_; }

 private:
  friend class Snapshot;
  ReadPin(const Snapshot* snapshot, std::size_t slot, EventSeq revision)
      : snapshot_(snapshot), slot_(slot), revision_(revision) {}
  const Snapshot* snapshot_;
  std::size_t slot_;
  EventSeq revision_;
};

inline constexpr std::size_t kAccountsMax = 32;  // accounts joined into one answer
inline constexpr std::size_t kSharersMax = 32;   // others who share an address with one customer

/// The accounts whose memberships are current at `as_of`, each once: how many stand in `out`.
/// `find(id)` gives the record of an account; empty: none is known.
template <typename Find>
std::size_t accounts_of(const RecordView& record, UnixMillis as_of, Find&& find,
                        std::array<RecordView, kAccountsMax>& out) {
  std::size_t count = 0;
  for (const wire::Member* member : *record.portrait().members()) {
    if (count == kAccountsMax) break;
    if (member->from() != kNoTime && member->from() > as_of.ms) continue;
    if (member->to() != kNoTime && member->to() <= as_of.ms) continue;
    const RecordView account = find(CustomerId{member->account_id()});
    if (!account || account.id() == record.id()) continue;
    const std::span<const RecordView> known(out.data(), count);
    if (std::none_of(known.begin(), known.end(),
                     [&](const RecordView& one) { return one.id() == account.id(); }))
      out[count++] = account;
  }
  return count;
}

/// A customer with the accounts he belongs to, and those whose word on a shared address counts:
/// what one answer is made of.
struct Customer {
  RecordView record;
  std::array<RecordView, kAccountsMax> accounts{};
  std::size_t account_count = 0;
  /// Other customers who hold an identity of this one's that only looks up: a family's phone.
  std::array<const wire::Record*, kSharersMax> sharers{};
  std::size_t sharer_count = 0;
  /// Bits of the places among the portrait's identities (the last bit: this place and all behind
  /// it) that more customers hold than `sharers` has room for.
  std::uint64_t crowded = 0;
  EventSeq revision = 0;  // last event that changed any of them, or what is said of the sources
  std::string_view sources_json = "[]";
  [[nodiscard]] std::span<const RecordView> account_records() const {
    return {accounts.data(), account_count};
  }
  /// Of each only the portrait is meant to be read.
  [[nodiscard]] std::span<const wire::Record* const> sharing() const {
    return {sharers.data(), sharer_count};
  }
  [[nodiscard]] bool is_crowded(std::uint32_t identity_place) const {
    return (crowded >> std::min<std::uint32_t>(identity_place, 63) & 1U) != 0;
  }
};

/// Whose key is this?
struct Resolution {
  enum class Outcome : std::uint8_t {
    found,
    not_found,
    ambiguous,
    bad_key
  } outcome = Outcome::not_found;
  CustomerId customer;
  bool by_identity = false;  // false: the key was a customer_id
  IdentityClass strength = IdentityClass::joins;
  NormalisedIdentity identity;  // what was asked, normalised; empty for a customer_id
  std::uint32_t owners = 0;     // how many customers hold this identity
  std::array<CustomerId, kCandidatesMax> candidates{};  // ambiguous: the first of them, by id
  std::uint32_t candidate_count = 0;
  const char* problem = "";  // bad_key: what is wrong with it
};

class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<SnapshotState> state);
  ~Snapshot();

  /// Pins the newest published revision.
  [[nodiscard]] ReadPin pin() const;
  /// Pins `revision` when it is still readable. Errors: cursor_stale, not_found (not published
  /// yet).
  [[nodiscard]] Result<ReadPin> pin_at(EventSeq revision) const;
  [[nodiscard]] EventSeq revision() const;

  /// A `customer_id`, `account:…` or any `type:value`. `out` is reused: no allocation once warm.
  void resolve(const ReadPin& pin, std::string_view key, Resolution& out) const;
  [[nodiscard]] Resolution resolve(const ReadPin& pin, std::string_view key) const;
  /// The record of a customer (ids of merged customers resolve to the survivor); empty view when
  /// there is none at this revision.
  [[nodiscard]] RecordView find(const ReadPin& pin, CustomerId id) const;
  /// The record with its accounts (memberships current at `as_of`) and its sharers. What any of
  /// them was changed by last is the revision.
  [[nodiscard]] Customer customer(const ReadPin& pin, CustomerId id, UnixMillis as_of) const;

  /// `sources[]` at this revision, and the event that last changed it. Valid while pinned.
  struct Sources {
    EventSeq seq = 0;
    std::string_view json;
  };
  [[nodiscard]] Sources sources(const ReadPin& pin) const;

  /// Records (customers and accounts) by place 0..record_count(), ordered by first event: for batch
  /// work. Empty view: merged away or newer than the pin.
  [[nodiscard]] std::size_t record_count() const;
  [[nodiscard]] RecordView record_at(const ReadPin& pin, std::size_t place) const;

  [[nodiscard]] const IdentityTypes& identity_types() const;

 private:
  friend class ReadPin;
  void unpin(std::size_t slot) const;
  void resolve_identity(const ReadPin& pin, Resolution& out) const;
  void find_sharers(const ReadPin& pin, Customer& customer) const;
  [[nodiscard]] std::uint32_t slot_of(const ReadPin& pin, CustomerId id) const;
  std::shared_ptr<SnapshotState> state_;
};

}  // namespace concord::index

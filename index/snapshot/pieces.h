// The members of a context answer that are lists made from entries. The same functions write them
// ready-made into a record (for every as_of from its newest time on) and, for an older as_of, at
// the moment of the question. Thread class: any-thread (pure functions).
#pragma once
#include <bitset>

#include "index/base/json_writer.h"
#include "index/base/types.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

inline constexpr std::size_t kContactsMax = 5;
inline constexpr std::size_t kPromisesMax = 10;
inline constexpr std::size_t kToldUsMax = 20;
inline constexpr std::size_t kToldThemMax = 10;
inline constexpr std::size_t kHoldingsMax = 20;

/// The lists made ready in a record, in its order; departments and open counts concern every entry.
enum class Piece : std::uint8_t { contacts, told_us, told_them, promises, holdings, balances };
inline constexpr std::size_t kPieceCount = 6;
using PieceSet = std::bitset<kPieceCount>;
/// The pieces in which an entry can stand, at some as_of or other.
PieceSet pieces_of(EntryView entry);

/// Entries a list is chosen from, newest first: all of them, or the head's and those at `behind`
/// (places as in wire::Summary) when it is known that the list takes no other.
class EntryChoice {
 public:
  EntryChoice(const EntryRange& all) : all_(&all) {}  // NOLINT(google-explicit-constructor)
  EntryChoice(const EntryRange& all, const flatbuffers::Vector<std::uint32_t>* behind)
      : all_(&all), behind_(behind), sparse_(true) {}

  /// Calls visit(EntryView) newest first until it returns false.
  template <typename Visit>
  void each(Visit&& visit) const {
    if (!sparse_) return all_->each(visit);
    if (all_->each_of_head(visit) && behind_ != nullptr) all_->each_behind(*behind_, visit);
  }

 private:
  const EntryRange* all_;
  const flatbuffers::Vector<std::uint32_t>* behind_ = nullptr;
  bool sparse_ = false;
};

/// Each writes one JSON value; shapes in snapshot/README.md.
void write_promises(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of);
void write_last_contacts(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of);
void write_told_us(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of);
void write_told_them(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of);
void write_balances(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_holdings(JsonWriter& out, const EntryChoice& entries, UnixMillis as_of);
void write_open_counts(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_departments(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);

/// Subject, else the beginning of the text, escaped as it stands: at most `bytes_max`, never
/// cutting an escape or a UTF-8 sequence.
std::string_view gist(EntryView entry, std::size_t bytes_max = 160);
/// The entry's assignee, escaped as it stands; empty when it has none.
std::string_view stored_assignee(EntryView entry);
/// A member whose value already stands as it must inside JSON quotes; nothing when it is empty.
void write_escaped_member(JsonWriter& out, std::string_view name, std::string_view escaped);

}  // namespace concord::index

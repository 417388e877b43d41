// The members of a context answer that are lists made from entries. The same functions write them
// ready-made into a record (for every as_of from its newest time on) and, for an older as_of, at
// the moment of the question. Thread class: any-thread (pure functions).
#pragma once
#include "index/base/json_writer.h"
#include "index/base/types.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

inline constexpr std::size_t kContactsMax = 5;
inline constexpr std::size_t kPromisesMax = 10;
inline constexpr std::size_t kToldUsMax = 20;
inline constexpr std::size_t kToldThemMax = 10;
inline constexpr std::size_t kHoldingsMax = 20;

/// Each writes one JSON value; shapes in snapshot/README.md.
void write_promises(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_last_contacts(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_told_us(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_told_them(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_balances(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_holdings(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_open_counts(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);
void write_departments(JsonWriter& out, const EntryRange& entries, UnixMillis as_of);

/// A member whose value already stands as it must inside JSON quotes; nothing when it is empty.
void write_escaped_member(JsonWriter& out, std::string_view name, std::string_view escaped);

}  // namespace concord::index

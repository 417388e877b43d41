// The fields a mapping can fill, for each sort of event: name, shape and how it is set.
// Thread class: immutable (a fixed table).
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "datasets/import/sources.h"
#include "index/log/event.h"

namespace concord::datasets {

/// What a field holds, and with it how a cell is read.
enum class Shape : std::uint8_t {
  text,      // any text
  time,      // milliseconds
  boolean,   // 0 or 1
  priority,  // 1..255
  amount,    // minor units
  bytes,     // a count
  closed,    // one word of a closed list; the number is its place in the list
};

struct Scalar {
  std::string_view text;
  std::int64_t integer = 0;
};

struct FieldName {
  index::EventType event;
  std::string_view name;
  Shape shape;
  std::span<const std::string_view> words;  // of a closed list
  void (*set)(index::EventDraft& draft, const Scalar& value);
  int cleared;  // wire::EntryField or wire::ProfileField; -1: cannot be cleared
};

/// All fields of that event, in the order in which they are set (`currency` before `amount`).
std::span<const FieldName> fields_of(index::EventType event);
/// Null when the event has no such field.
const FieldName* find_field(index::EventType event, std::string_view name);
/// participants (entry), needs (profile), tags (knowledge); empty for the others.
std::string_view list_field_of(index::EventType event);

/// "entry" … "outcome" from a word of `event`; the ones a file of rows can give.
bool is_row_event(index::EventType event);

}  // namespace concord::datasets

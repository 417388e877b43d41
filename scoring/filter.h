// Which entries a feature counts and which entries cause a block. All that is named must hold; what
// is not named is not asked. Thread class: immutable (plain values).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/snapshot/record_view.h"

namespace concord::scoring {

struct Filter {
  std::uint32_t kinds = 0;       // bits by Kind; 0: every kind but `decision`
  std::uint32_t states = 0;      // bits by StateType; 0: any
  std::uint32_t troubles = 0;    // bits by Trouble; 0: any
  std::uint32_t directions = 0;  // bits by Direction; 0: any
  std::uint32_t purposes = 0;    // bits by Purpose; 0: any
  std::int8_t open = -1;         // -1 any, 0 no, 1 yes
  std::int8_t overdue = -1;
  std::int8_t requested = -1;
  std::int8_t is_public = -1;
  std::uint8_t priority_max = 0;      // 0: any
  bool sure = false;                  // what is absent does not match
  std::int64_t younger_than_ms = 0;   // `at` in (as_of - this, as_of]; 0: any age
  std::int64_t due_within_ms = 0;     // `due_at` in (as_of, as_of + this]; 0: any
  std::int64_t closed_within_ms = 0;  // `closed_at` in (as_of - this, as_of]; 0: any
  std::vector<std::string> departments, sources, channels, topics, reasons, statuses, brands;
  std::string attribute;                      // name; empty: any
  std::vector<std::string> attribute_values;  // as written in JSON, strings without quotes

  [[nodiscard]] bool takes(index::Kind kind) const {
    return kinds == 0 ? kind != index::Kind::decision
                      : (kinds >> static_cast<unsigned>(kind) & 1U) != 0;
  }
};

/// `unknown` names the field that is absent: all that is known fits.
struct Match {
  enum class Outcome : std::uint8_t { no, yes, unknown } outcome = Outcome::no;
  std::string_view unknown_field;
};

/// Absent: an open or state_type question about an entry whose state is unknown and that was never
/// closed; a priority or an attribute that the entry does not have. Every other absent word is
/// simply not one of the words asked for. Requires: the entry exists at `as_of`.
Match match(const Filter& filter, const index::EntryView& entry, index::UnixMillis as_of);

/// Attribute `name` of an entry as it stands in its JSON, without the quotes of a string (escapes
/// are left as they are). `found` false: the entry has none.
struct AttributeText {
  std::string_view text;
  bool is_string = false;
  bool found = false;
};
AttributeText attribute_of(const index::EntryView& entry, std::string_view name);

}  // namespace concord::scoring

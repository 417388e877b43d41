// The entries of one customer, worked out from all that was ever said about them.
// Thread class: immutable once made.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/book.h"

namespace concord::oracle {

struct Entry {
  std::string id;  // source/kind/key
  std::string source;
  std::string department;
  index::wire::EntryT now;  // the values that hold; its `at` and `closed_at` are not: see below
  std::int64_t at = 0;
  std::optional<std::int64_t> closed_at;  // none after it was opened again
  std::int64_t set_at = 0;                // time of the newest word about it
  bool withdrawn = false;

  [[nodiscard]] index::Kind kind() const { return static_cast<index::Kind>(now.kind); }
  [[nodiscard]] index::StateType state() const {
    return static_cast<index::StateType>(now.state_type.value_or(0));
  }
  [[nodiscard]] index::Trouble trouble() const {
    return static_cast<index::Trouble>(now.trouble.value_or(0));
  }
  [[nodiscard]] index::Direction direction() const {
    return static_cast<index::Direction>(now.direction.value_or(0));
  }
  [[nodiscard]] index::Purpose purpose() const {
    return static_cast<index::Purpose>(now.purpose.value_or(0));
  }
  [[nodiscard]] bool exists(std::int64_t as_of) const { return at <= as_of; }
  [[nodiscard]] bool open(std::int64_t as_of) const;
  [[nodiscard]] bool overdue(std::int64_t as_of) const {
    return now.due_at.has_value() && *now.due_at < as_of && open(as_of);
  }
};

/// Newest first (`at`, then id), without withdrawn ones, with the releases the customer waits for.
std::vector<Entry> entries_of(const Book& book, const Person& person);

/// The releases he waits for, as events.
std::vector<Said> awaited_releases(const Book& book, const Person& person);

/// The event that changed this customer last, releases included; accounts are not.
EventSeq revision_of(const Book& book, const Person& person);

}  // namespace concord::oracle

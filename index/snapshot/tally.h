// What the answers count over entries: by department, by kind word, by currency. Sums of parts are
// the sum of the whole, whatever the cut. Thread class: one-owner.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "index/base/json_writer.h"
#include "index/snapshot/record_view.h"

namespace concord::index {

class Tally {
 public:
  /// An entry as it stands at `as_of`. Borrows its words.
  void add(EntryView entry, UnixMillis as_of);
  /// Entries behind a head, for every as_of from the record's newest time on. Borrows its words.
  void add(const wire::Summary& summary);

  /// As if `gone`, which was added, never had been, and `fresh` had. False when sums do not tell
  /// (a department's newest time may be gone): this is of no use then.
  [[nodiscard]] bool exchange(const Tally& gone, const Tally& fresh);

  void write_departments(JsonWriter& out) const;
  void write_open_counts(JsonWriter& out) const;
  void write_balances(JsonWriter& out) const;

  struct Department {
    std::string_view name;
    std::uint64_t entries = 0;
    std::uint64_t open = 0;
    std::int64_t last_at_ms = kNoTime;
  };
  struct Balance {
    std::string_view currency;
    __extension__ using Sum = __int128;
    Sum open_minor = 0;
    std::uint64_t invoices = 0;
  };
  [[nodiscard]] const std::vector<Department>& departments() const { return departments_; }
  [[nodiscard]] const std::vector<Balance>& balances() const { return balances_; }
  [[nodiscard]] const std::array<std::uint64_t, kKindCount>& open() const { return open_; }

 private:
  void add(const Tally& other);
  Department& department(std::string_view name);
  Balance& balance(std::string_view currency);

  std::vector<Department> departments_;  // by name: they are few
  std::vector<Balance> balances_;        // by currency
  std::array<std::uint64_t, kKindCount> open_{};
};

}  // namespace concord::index

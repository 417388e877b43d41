// Rows of a database table to events, along a mapping that somebody declared: the wall between
// intake and datasets/import, whose mapper stands behind it in the program.
// Thread class: any-thread.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/base/types.h"
#include "index/log/event.h"

namespace concord::server {

/// Where a change record says it comes from; parts may be empty.
struct TableName {
  std::string_view database;
  std::string_view schema;
  std::string_view table;
};

/// What became of a row.
struct MappedRow {
  std::vector<index::EventDraft> drafts;  // none: the mapping does not want this row
};

class IntakeMapping {
 public:
  virtual ~IntakeMapping() = default;
  /// The mappings of a table: by its name, or by the names that the request gives (`source` and
  /// `mapping`, either may be empty). Empty: none fits.
  [[nodiscard]] virtual std::vector<std::size_t> find(const TableName& table,
                                                      std::string_view source,
                                                      std::string_view mapping) const = 0;
  /// "helpdesk: public.tickets, crm: contacts": for messages.
  [[nodiscard]] virtual std::string list() const = 0;
  /// One row, a JSON object, as it is now; `at`: for rows whose mapping finds no time.
  /// Errors: bad_input, over_limit (place: the column).
  [[nodiscard]] virtual index::Result<MappedRow> map(std::size_t number, std::string_view row,
                                                     index::UnixMillis at) const = 0;
  /// The row has been deleted: a retract of its entry (knowledge: withdrawn). Errors: as map;
  /// unsupported (nothing can withdraw what this mapping makes).
  [[nodiscard]] virtual index::Result<MappedRow> unmap(std::size_t number, std::string_view row,
                                                       index::UnixMillis at) const = 0;
};

}  // namespace concord::server

// The mappings of sources.toml for rows that come one by one, as changes of a database table,
// instead of in files. A row is a JSON object whose members are the columns.
// Thread class: any-thread (immutable after construction).
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/lookups.h"
#include "datasets/import/mapper.h"
#include "datasets/import/sources.h"
#include "index/base/result.h"
#include "index/log/event.h"

namespace concord::datasets {

class LiveMapper {
 public:
  /// Reads the lookups from `files_folder` (empty: the folder of sources.toml); what is wrong with
  /// their rows is in `report`.
  LiveMapper(Sources sources, const std::string& files_folder, ImportReport& report);
  ~LiveMapper();
  LiveMapper(const LiveMapper&) = delete;
  LiveMapper& operator=(const LiveMapper&) = delete;

  [[nodiscard]] const Sources& sources() const { return sources_; }

  /// By `mapping` (a mapping's `table`, or its file's name without ending), else by the table; by
  /// `source` when several sources have one of that name. Empty: none, or it is not clear whose.
  [[nodiscard]] std::vector<std::size_t> find(std::string_view database, std::string_view schema,
                                              std::string_view table, std::string_view source,
                                              std::string_view mapping) const;
  /// "helpdesk: public.tickets, crm: contacts".
  [[nodiscard]] std::string list() const;

  /// No event: the mapping's `only` does not want the row. `at`: for rows without a time. Errors:
  /// bad_input, over_limit (place: the column).
  [[nodiscard]] Result<std::vector<index::EventDraft>> map(std::size_t number, std::string_view row,
                                                           index::UnixMillis at) const;
  /// The row is gone: its entry is retracted, its page withdrawn; `row` needs the columns of key,
  /// kind and customer. Errors: as map; unsupported (what the mapping makes cannot be withdrawn).
  [[nodiscard]] Result<std::vector<index::EventDraft>> unmap(std::size_t number,
                                                             std::string_view row,
                                                             index::UnixMillis at) const;

 private:
  struct Table;
  [[nodiscard]] bool is_withdrawn_by_another(const Table& table) const;
  Sources sources_;
  Lookups lookups_;
  std::vector<std::unique_ptr<Table>> tables_;
};

}  // namespace concord::datasets

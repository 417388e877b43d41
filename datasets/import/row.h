// One record as named cells, whatever file it came from: CSV by its header, NDJSON by its members.
// Thread class: ColumnSet immutable after construction; Row one-owner (one per worker).
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/records.h"
#include "datasets/import/sources.h"
#include "index/base/json_reader.h"

namespace concord::datasets {

/// Why a row is refused.
struct RowProblem {
  std::uint32_t column = 0;  // 1-based number in the file; 0: the row, or the file has no numbers
  std::string field;
  std::string code;
  std::string reason;
};

/// A JSON line that does not parse: the reader's "line 1, column 7" goes into the reason.
RowProblem json_problem(const index::Error& error);

/// The columns that a mapping reads, numbered by slots.
class ColumnSet {
 public:
  explicit ColumnSet(const Reading& reading) : reading_(&reading) {}
  /// The slot of a column; the same name gives the same slot.
  std::uint32_t slot(const std::string& column);
  /// Finds the columns in a CSV header. False: `problem` says which one is missing or there twice.
  bool bind(const std::vector<std::string>& header, RowProblem& problem);

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::uint32_t slot) const { return names_[slot]; }
  /// 1-based column of a CSV file, else 0.
  [[nodiscard]] std::uint32_t number(std::uint32_t slot) const {
    return slot < numbers_.size() ? numbers_[slot] : 0;
  }
  [[nodiscard]] const Reading& reading() const { return *reading_; }

 private:
  const Reading* reading_;
  std::map<std::string, std::uint32_t, std::less<>> slots_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> numbers_;
};

/// Several texts of one cell (a JSON array) stand in it with this between them.
inline constexpr char kListMark = '\x1f';

class Row {
 public:
  struct Cell {
    std::string_view text;  // trimmed
    bool null = true;
    bool list = false;  // several texts, see kListMark
  };

  /// Takes one record. False: it is refused (bad UTF-8 in a column that is read, bad JSON).
  /// Cells live until the next take; `block` must outlive them.
  bool take(const ColumnSet& columns, const RecordBlock& block, const RecordBlock::Row& record);
  [[nodiscard]] const Cell& cell(std::uint32_t slot) const { return cells_[slot]; }
  [[nodiscard]] RowProblem& problem() { return problem_; }
  /// A string that lives until the next take.
  std::string& scratch();

 private:
  bool take_cell(const ColumnSet& columns, std::uint32_t slot, std::string_view raw);
  bool take_json(const ColumnSet& columns, std::string_view line);
  bool take_value(const ColumnSet& columns, std::uint32_t slot, index::JsonValue value);
  bool refuse(const ColumnSet& columns, std::uint32_t slot, std::string code, std::string reason);
  std::string& json_text(index::JsonValue value);

  std::vector<Cell> cells_;
  RowProblem problem_;
  std::deque<std::string> pool_;
  std::size_t pool_used_ = 0;
  index::JsonReader json_;
};

}  // namespace concord::datasets

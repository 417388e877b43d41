// A value of sources.toml made ready to read rows: columns to slots, formats parsed, names
// resolved. Thread class: immutable after construction; the Row it reads is one-owner.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/lookups.h"
#include "datasets/import/row.h"
#include "datasets/import/sources.h"
#include "datasets/import/time_format.h"

namespace concord::datasets {

/// What readers of one file share.
struct ReaderScope {
  ColumnSet* columns = nullptr;
  const Lookups* lookups = nullptr;
  std::vector<TimeFormat> formats;
  Zone zone;
};

/// (field, word) that a map or a state table does not have.
using UnmappedFound = std::function<void(const std::string& field, std::string_view word)>;

class ConditionReader {
 public:
  ConditionReader(const Condition& condition, ColumnSet& columns);
  [[nodiscard]] bool holds(const Row& row) const;

 private:
  const Condition* condition_;
  std::uint32_t slot_;
};
bool all_hold(const std::vector<ConditionReader>& conditions, const Row& row);

class ValueReader {
 public:
  /// `name` is for the report; `closed_word`: a word not in the map is dropped, not kept.
  ValueReader(const Value& value, std::string name, bool closed_word, const ReaderScope& scope);

  /// The text before it is given a type. False: row.problem() says why the row is refused.
  bool text(Row& row, const UnmappedFound& unmapped, std::optional<std::string_view>& out) const;
  /// As text(), cut by `split` or where a JSON array had its elements.
  bool texts(Row& row, const UnmappedFound& unmapped, std::vector<std::string_view>& out) const;
  /// Typed readings of a text that text() gave.
  bool time(Row& row, std::string_view text, std::int64_t& out) const;
  bool integer(Row& row, std::string_view text, std::int64_t& out) const;
  bool real(Row& row, std::string_view text, double& out) const;
  bool boolean(Row& row, std::string_view text, std::int64_t& out) const;
  bool minor(Row& row, std::string_view text, int exponent_default, std::int64_t& out) const;
  /// Refuses the row at this value's column.
  bool refuse(Row& row, std::string code, std::string reason) const;

  [[nodiscard]] const Value& value() const { return *value_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string column() const {
    return value_->columns.empty() ? "" : value_->columns[0];
  }

 private:
  bool raw(Row& row, const UnmappedFound& unmapped, std::optional<std::string_view>& out) const;
  bool mapped(Row& row, const UnmappedFound& unmapped, std::optional<std::string_view>& out) const;

  const Value* value_;
  std::string name_;
  bool closed_word_;
  const ColumnSet* columns_;
  std::vector<std::uint32_t> slots_;
  std::vector<ValueReader> first_;
  std::vector<ConditionReader> when_;
  std::vector<const LookupTable*> lookups_;
  std::vector<TimeFormat> formats_;
  Zone zone_;
};

/// `text` of `formats`, the first that fits.
std::optional<std::int64_t> read_time(std::string_view text, const std::vector<TimeFormat>& formats,
                                      const Zone& zone);
const std::string* find_word(const WordMap& map, std::string_view word);
std::vector<TimeFormat> formats_of(const std::vector<std::string>& patterns);

}  // namespace concord::datasets

#include "datasets/import/lookups.h"

#include <algorithm>

#include "datasets/import/files_of.h"
#include "datasets/import/number.h"
#include "datasets/import/row.h"
#include "index/base/hash.h"

namespace concord::datasets {
namespace {

using index::Code;

constexpr int kSumDigits = 6;  // behind the point, exactly; more are refused

std::string decimal_text(std::int64_t value) {
  const bool negative = value < 0;
  std::string digits = std::to_string(negative ? -value : value);
  while (digits.size() <= kSumDigits) digits.insert(digits.begin(), '0');
  digits.insert(digits.end() - kSumDigits, '.');
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  if (negative) digits.insert(digits.begin(), '-');
  return digits;
}

// Fills one table from its files.
class Loading {
 public:
  Loading(const Lookup& lookup, const LookupTable* then, ImportReport& report)
      : lookup_(lookup), then_(then), report_(report), columns_(lookup.reading) {
    key_ = columns_.slot(lookup.key);
    if (lookup.aggregate != Aggregate::count) value_ = columns_.slot(lookup.value);
  }

  void file(const FoundFile& found) {
    totals_ = {lookup_.name, found.name, 0, 0};
    const std::size_t keys_before = rows.size() + numbers_.size();
    read(found);
    totals_.keys = rows.size() + numbers_.size() - keys_before;
    report_.lookups.push_back(totals_);
  }
  void finish() {
    if (lookup_.aggregate == Aggregate::first) return;
    const bool sum = lookup_.aggregate == Aggregate::sum;
    for (auto& [key, value] : numbers_)
      rows[key] = sum ? decimal_text(value) : std::to_string(value);
  }

  LookupTable::Rows rows;

 private:
  void read(const FoundFile& found) {
    auto reader = open_records(lookup_.reading, found.path);
    if (!reader) return refuse_file(reader.error());
    RowProblem problem;
    if (const auto* csv = dynamic_cast<const CsvReader*>(reader->get()))
      if (!columns_.bind(csv->columns(), problem)) return refuse(1, problem);
    RecordBlock block;
    Row row;
    for (;;) {
      const auto more = (*reader)->next(block);
      for (const BadRecord& bad : block.bad)
        refuse(bad.line, {bad.column, "", bad.code, bad.reason});
      for (const RecordBlock::Row& record : block.rows)
        if (!row.take(columns_, block, record) || !take(row)) refuse(record.line, row.problem());
      totals_.rows += block.rows.size() + block.bad.size();
      if (!more) return refuse_file(more.error());
      if (!*more) return;
    }
  }

  bool take(Row& row) {
    const Row::Cell& key = row.cell(key_);
    if (key.null) return problem(row, key_, "missing", "the key is missing");
    const std::string key_text(key.text);
    if (lookup_.aggregate == Aggregate::count) {
      ++numbers_[key_text];
      return true;
    }
    const Row::Cell& value = row.cell(value_);
    if (value.null) return true;
    if (lookup_.aggregate == Aggregate::sum) {
      const auto number = parse_decimal(value.text, '.', kSumDigits);
      if (!number) return problem(row, value_, "bad_number", "is not a decimal number");
      std::int64_t& sum = numbers_[key_text];
      if (__builtin_add_overflow(sum, *number, &sum))
        return problem(row, value_, "bad_number", "makes the sum too large");
      return true;
    }
    const std::string* chained = nullptr;
    if (then_ != nullptr) {
      chained = then_->find(value.text);
      if (chained == nullptr)
        return problem(row, value_, "missing", "is not in [lookup." + lookup_.then + "]");
    }
    const std::string value_text = chained != nullptr ? *chained : std::string(value.text);
    const auto [at, is_new] = rows.emplace(key_text, value_text);
    if (is_new || at->second == value_text) return true;
    return problem(row, key_, "lookup_conflict", "comes again with another value; the first stays");
  }

  bool problem(Row& row, std::uint32_t slot, std::string code, std::string reason) const {
    row.problem() = {columns_.number(slot), columns_.name(slot), std::move(code),
                     std::move(reason)};
    return false;
  }
  void refuse(std::uint64_t line, const RowProblem& problem) {
    report_.reject({"", totals_.file, line, problem.column, problem.field, problem.code,
                    "[lookup." + lookup_.name + "] " + problem.reason});
  }
  void refuse_file(const index::Error& error) {
    ++report_.files_refused;
    refuse(0, {0, "", std::string(index::name_of(error.code)), error.detail});
  }

  const Lookup& lookup_;
  const LookupTable* then_;
  ImportReport& report_;
  ColumnSet columns_;
  std::uint32_t key_ = 0;
  std::uint32_t value_ = 0;
  LookupTotals totals_;
  std::unordered_map<std::string, std::int64_t> numbers_;
};

}  // namespace

std::size_t LookupTable::Hash::operator()(std::string_view text) const {
  return index::hash64(text);
}

const std::string* LookupTable::find(std::string_view key) const {
  const auto at = rows_.find(key);
  return at == rows_.end() ? nullptr : &at->second;
}

const LookupTable* Lookups::named(std::string_view name) const {
  for (const LookupTable& table : tables_)
    if (table.name() == name) return &table;
  return nullptr;
}

Lookups Lookups::load(const Sources& sources, const std::string& files_folder,
                      ImportReport& report) {
  Lookups out;
  for (const Lookup& lookup : sources.lookups) {
    Loading loading(lookup, out.named(lookup.then), report);
    const auto files = files_of(files_folder, lookup.reading.path);
    if (files.empty()) {
      ++report.files_refused;
      report.reject({"", lookup.reading.path, 0, 0, "", "not_found",
                     "[lookup." + lookup.name + "] there is no such file in " + files_folder});
    }
    for (const FoundFile& file : files) loading.file(file);
    loading.finish();
    out.tables_.emplace_back(lookup.name, std::move(loading.rows));
  }
  return out;
}

}  // namespace concord::datasets

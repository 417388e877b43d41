#include "datasets/import/value_reader.h"

#include <algorithm>

#include "datasets/import/number.h"
#include "index/base/assert.h"

namespace concord::datasets {
namespace {

// A cell in a message: short, and one line.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 60;
  std::string out = "\"";
  for (const char c : text.substr(0, kShownMax)) out += c == '\n' || c == '\r' ? ' ' : c;
  if (text.size() > kShownMax) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
    out += "…";
  }
  return out + "\"";
}

}  // namespace

const std::string* find_word(const WordMap& map, std::string_view word) {
  const auto at =
      std::lower_bound(map.begin(), map.end(), word,
                       [](const auto& one, std::string_view w) { return one.first < w; });
  return at != map.end() && at->first == word ? &at->second : nullptr;
}

std::vector<TimeFormat> formats_of(const std::vector<std::string>& patterns) {
  std::vector<TimeFormat> out;
  for (const std::string& pattern : patterns) {
    auto format = TimeFormat::of(pattern);
    CONCORD_ASSERT(format.has_value());  // checked when sources.toml was read
    out.push_back(*format);
  }
  return out;
}

std::optional<std::int64_t> read_time(std::string_view text, const std::vector<TimeFormat>& formats,
                                      const Zone& zone) {
  for (const TimeFormat& format : formats)
    if (const auto time = format.parse(text, zone)) return time->ms;
  return std::nullopt;
}

ConditionReader::ConditionReader(const Condition& condition, ColumnSet& columns)
    : condition_(&condition), slot_(columns.slot(condition.column)) {}

bool ConditionReader::holds(const Row& row) const {
  const Row::Cell& cell = row.cell(slot_);
  const auto listed = [&] {
    return !cell.null && std::binary_search(condition_->values.begin(), condition_->values.end(),
                                            cell.text, std::less<>());
  };
  switch (condition_->test) {
    case Condition::Test::in: return listed();
    case Condition::Test::not_in: return !listed();
    case Condition::Test::present: return !cell.null;
    case Condition::Test::absent: return cell.null;
  }
  return false;
}

bool all_hold(const std::vector<ConditionReader>& conditions, const Row& row) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const ConditionReader& one) { return one.holds(row); });
}

ValueReader::ValueReader(const Value& value, std::string name, bool closed_word,
                         const ReaderScope& scope)
    : value_(&value), name_(std::move(name)), closed_word_(closed_word), columns_(scope.columns) {
  for (const std::string& column : value.columns) slots_.push_back(scope.columns->slot(column));
  for (const Value& one : value.first) first_.emplace_back(one, name_, closed_word, scope);
  for (const Condition& one : value.when) when_.emplace_back(one, *scope.columns);
  for (const std::string& table : value.lookups) lookups_.push_back(scope.lookups->named(table));
  formats_ = value.date_formats.empty() ? scope.formats : formats_of(value.date_formats);
  zone_ = scope.zone;
  if (!value.time_zone.empty()) {
    auto zone = Zone::named(value.time_zone);
    CONCORD_ASSERT(zone.has_value());  // checked when sources.toml was read
    zone_ = std::move(*zone);
  }
}

bool ValueReader::refuse(Row& row, std::string code, std::string reason) const {
  row.problem() = {0, name_, std::move(code), std::move(reason)};
  if (!slots_.empty()) {
    row.problem().column = columns_->number(slots_[0]);
    row.problem().field = columns_->name(slots_[0]);
  }
  return false;
}

bool ValueReader::raw(Row& row, const UnmappedFound& unmapped,
                      std::optional<std::string_view>& out) const {
  out.reset();
  if (value_->constant) {
    out = *value_->constant;
  } else if (slots_.size() == 1) {
    const Row::Cell& cell = row.cell(slots_[0]);
    if (!cell.null) out = cell.text;
  } else if (!slots_.empty()) {
    std::string& joined = row.scratch();
    for (const std::uint32_t slot : slots_) {
      const Row::Cell& cell = row.cell(slot);
      if (cell.null) continue;
      if (!joined.empty()) joined += value_->join;
      joined += cell.text;
    }
    if (!joined.empty()) out = joined;
  }
  for (std::size_t i = 0; i < first_.size() && !out; ++i)
    if (!first_[i].text(row, unmapped, out)) return false;
  return true;
}

bool ValueReader::mapped(Row& row, const UnmappedFound& unmapped,
                         std::optional<std::string_view>& out) const {
  if (const std::string* to = find_word(value_->map, *out)) {
    out = *to;
    return true;
  }
  switch (value_->unmapped) {
    case Unmapped::keep: return true;
    case Unmapped::reject: return refuse(row, "unmapped", shown(*out) + " is not in the map");
    case Unmapped::drop: out.reset(); return true;
    case Unmapped::unstated: break;
  }
  unmapped(name_, *out);
  if (closed_word_) out.reset();
  return true;
}

bool ValueReader::text(Row& row, const UnmappedFound& unmapped,
                       std::optional<std::string_view>& out) const {
  out.reset();
  const bool wanted = all_hold(when_, row);
  if (wanted && !raw(row, unmapped, out)) return false;
  const LookupTable* missed = nullptr;
  for (const LookupTable* table : lookups_) {
    if (!out) break;
    const std::string* found = table->find(*out);
    if (found == nullptr) missed = table;
    out = found == nullptr ? std::nullopt : std::optional<std::string_view>(*found);
  }
  if (out && !value_->map.empty() && !mapped(row, unmapped, out)) return false;
  if (!out && value_->fallback) out = *value_->fallback;
  if (!out && !value_->optional)
    return refuse(
        row, "missing",
        missed != nullptr ? "is not in [lookup." + missed->name() + "]" : name_ + " is missing");
  if (out && !value_->prefix.empty()) {
    std::string& whole = row.scratch();
    whole = value_->prefix;
    whole += *out;
    out = whole;
  }
  return true;
}

bool ValueReader::texts(Row& row, const UnmappedFound& unmapped,
                        std::vector<std::string_view>& out) const {
  std::optional<std::string_view> whole;
  if (!text(row, unmapped, whole)) return false;
  const std::string_view mark =
      value_->split.empty() ? std::string_view(&kListMark, 1) : std::string_view(value_->split);
  while (whole) {
    const std::size_t end = whole->find(mark);
    const std::string_view one = trimmed(whole->substr(0, end));
    if (!one.empty()) out.push_back(one);
    if (end == std::string_view::npos) break;
    whole->remove_prefix(end + mark.size());
  }
  return true;
}

bool ValueReader::time(Row& row, std::string_view text, std::int64_t& out) const {
  const auto time = read_time(text, formats_, zone_);
  if (!time) return refuse(row, "bad_time", shown(text) + " is not a time of the date_format");
  out = *time;
  return true;
}

bool ValueReader::integer(Row& row, std::string_view text, std::int64_t& out) const {
  const auto value = parse_integer(text);
  if (!value) return refuse(row, "bad_number", shown(text) + " is not a whole number");
  out = *value;
  return true;
}

bool ValueReader::real(Row& row, std::string_view text, double& out) const {
  const auto value = parse_real(text);
  if (!value) return refuse(row, "bad_number", shown(text) + " is not a number");
  out = *value;
  return true;
}

bool ValueReader::boolean(Row& row, std::string_view text, std::int64_t& out) const {
  const auto value = parse_boolean(text);
  if (!value) return refuse(row, "bad_boolean", shown(text) + " is neither yes nor no");
  out = *value ? 1 : 0;
  return true;
}

bool ValueReader::minor(Row& row, std::string_view text, int exponent_default,
                        std::int64_t& out) const {
  if (value_->as == ValueType::minor) return integer(row, text, out);
  const int exponent = value_->exponent >= 0 ? value_->exponent : exponent_default;
  const char point = value_->as == ValueType::decimal_comma ? ',' : '.';
  const auto value = parse_decimal(text, point, exponent);
  if (!value)
    return refuse(row, "bad_number",
                  shown(text) + " is not a number with " + std::string(1, point) + " and at most " +
                      std::to_string(exponent) + " digits behind it");
  out = *value;
  return true;
}

}  // namespace concord::datasets

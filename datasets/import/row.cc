#include "datasets/import/row.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "index/base/json_writer.h"

namespace concord::datasets {
namespace {

using index::JsonType;
using index::JsonValue;

// windows-1252, 0x80 to 0x9F; 0: no character.
constexpr std::array<std::uint16_t, 32> kWindows{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

bool append_windows(std::string& out, std::string_view text) {
  for (const char c : text) {
    unsigned code = static_cast<unsigned char>(c);
    if (code >= 0x80 && code < 0xA0) code = kWindows[code - 0x80];
    if (code == 0 && c != 0) return false;
    if (code < 0x80) {
      out += c;
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | (code >> 12));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return true;
}

// A member by its name, or by a path of names and element numbers with points between.
std::optional<JsonValue> member_at(JsonValue object, std::string_view path) {
  if (auto whole = object.find(path)) return whole;
  std::optional<JsonValue> at = object;
  while (at && !path.empty()) {
    const std::size_t point = path.find('.');
    const std::string_view name = path.substr(0, point);
    path = point == std::string_view::npos ? std::string_view() : path.substr(point + 1);
    if (!at->is(JsonType::array)) {
      at = at->find(name);
      continue;
    }
    std::size_t wanted = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), wanted);
    std::optional<JsonValue> element;
    if (error == std::errc{} && end == name.data() + name.size())
      for (const JsonValue one : at->elements())
        if (wanted-- == 0) element = one;
    at = element;
  }
  return at;
}

}  // namespace

RowProblem json_problem(const index::Error& error) {
  constexpr std::string_view kFirstLine = "line 1, ";
  if (!error.place.starts_with(kFirstLine)) return {0, error.place, "bad_json", error.detail};
  return {0, "", "bad_json", error.detail + ", at " + error.place.substr(kFirstLine.size())};
}

std::uint32_t ColumnSet::slot(const std::string& column) {
  const auto [at, is_new] = slots_.emplace(column, static_cast<std::uint32_t>(names_.size()));
  if (is_new) names_.push_back(column);
  return at->second;
}

bool ColumnSet::bind(const std::vector<std::string>& header, RowProblem& problem) {
  numbers_.clear();
  for (const std::string& name : names_) {
    const auto found = std::find(header.begin(), header.end(), name);
    const auto count = std::count(header.begin(), header.end(), name);
    if (count != 1) {
      problem = {0, name, "missing_column",
                 count == 0 ? "the header has no such column" : "the header has this column twice"};
      return false;
    }
    numbers_.push_back(static_cast<std::uint32_t>(found - header.begin()) + 1);
  }
  return true;
}

std::string& Row::scratch() {
  if (pool_used_ == pool_.size()) pool_.emplace_back();
  std::string& out = pool_[pool_used_++];
  out.clear();
  return out;
}

bool Row::refuse(const ColumnSet& columns, std::uint32_t slot, std::string code,
                 std::string reason) {
  problem_ = {columns.number(slot), columns.name(slot), std::move(code), std::move(reason)};
  return false;
}

bool Row::take_cell(const ColumnSet& columns, std::uint32_t slot, std::string_view raw) {
  Cell& cell = cells_[slot];
  cell = {trimmed(raw), true, false};
  if (!is_ascii(cell.text)) {
    if (columns.reading().encoding == Encoding::windows_1252) {
      std::string& converted = scratch();
      if (!append_windows(converted, cell.text))
        return refuse(columns, slot, "bad_encoding",
                      "holds a byte that windows-1252 does not have");
      cell.text = converted;
    } else if (!index::is_utf8(cell.text)) {
      return refuse(columns, slot, "bad_encoding",
                    "is not UTF-8: is the file's encoding windows-1252?");
    }
  }
  const auto& nulls = columns.reading().null_values;
  cell.null = cell.text.empty() || std::find(nulls.begin(), nulls.end(), cell.text) != nulls.end();
  return true;
}

std::string& Row::json_text(JsonValue value) {
  std::string& out = scratch();
  char digits[40];
  if (const auto integer = value.as_int64()) {
    out.assign(digits, std::to_chars(digits, digits + sizeof digits, *integer).ptr);
  } else if (const auto natural = value.as_uint64()) {
    out.assign(digits, std::to_chars(digits, digits + sizeof digits, *natural).ptr);
  } else if (const auto real = value.as_double()) {
    out.assign(digits, std::to_chars(digits, digits + sizeof digits, *real).ptr);
  } else if (const auto flag = value.as_bool()) {
    out = *flag ? "true" : "false";
  } else if (const auto text = value.as_string()) {
    out = *text;
  }
  return out;
}

bool Row::take_value(const ColumnSet& columns, std::uint32_t slot, JsonValue value) {
  Cell& cell = cells_[slot];
  switch (value.type()) {
    case JsonType::null: cell = {}; return true;
    case JsonType::object: return refuse(columns, slot, "bad_value", "is a JSON object");
    case JsonType::string: return take_cell(columns, slot, *value.as_string());
    case JsonType::array: break;
    default: return take_cell(columns, slot, json_text(value));
  }
  std::string all;
  for (const JsonValue one : value.elements()) {
    if (one.is(JsonType::object) || one.is(JsonType::array))
      return refuse(columns, slot, "bad_value", "is an array of more than texts and numbers");
    const std::string_view text = trimmed(json_text(one));
    if (text.empty()) continue;
    if (!all.empty()) all += kListMark;
    all += text;
  }
  std::string& kept = scratch();
  kept = std::move(all);
  cell = {kept, kept.empty(), true};
  return true;
}

bool Row::take_json(const ColumnSet& columns, std::string_view line) {
  const auto parsed = json_.parse(line);
  if (!parsed) {
    problem_ = json_problem(parsed.error());
    return false;
  }
  if (!parsed->is(JsonType::object)) {
    problem_ = {
        0, "", "bad_json",
        "the line is " + std::string(index::describe(parsed->type())) + ", not a JSON object"};
    return false;
  }
  for (std::uint32_t slot = 0; slot < cells_.size(); ++slot) {
    const auto value = member_at(*parsed, columns.name(slot));
    if (!value)
      cells_[slot] = {};
    else if (!take_value(columns, slot, *value))
      return false;
  }
  return true;
}

bool Row::take(const ColumnSet& columns, const RecordBlock& block, const RecordBlock::Row& record) {
  pool_used_ = 0;
  cells_.resize(columns.size());
  if (columns.reading().format != Format::csv) return take_json(columns, block.cell(record, 0));
  for (std::uint32_t slot = 0; slot < cells_.size(); ++slot)
    if (!take_cell(columns, slot, block.cell(record, columns.number(slot) - 1))) return false;
  return true;
}

}  // namespace concord::datasets

#include "scoring/table_reader.h"

#include <algorithm>

#include "index/base/nearest.h"
#include "index/base/time.h"

namespace concord::scoring {
namespace {

std::string list_of(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

}  // namespace

index::Error Problems::summary(std::size_t shown) const {
  index::Error out = list_.front();
  for (std::size_t i = 1; i < list_.size() && i < shown; ++i) out.detail += "\n" + list_[i].text();
  if (list_.size() > shown)
    out.detail += "\nand " + std::to_string(list_.size() - shown) + " more mistakes";
  return out;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view nearest = index::nearest(word, known);
  return nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?";
}

const TomlNode* TableReader::take(std::string_view key) {
  asked_.push_back(key);
  for (const TomlMember& member : table_.members)
    if (member.name == key) return &member.value;
  return nullptr;
}

const TomlNode* TableReader::take(std::string_view key, TomlNode::Type wanted) {
  const TomlNode* node = take(key);
  if (node == nullptr || node->type == wanted) return node;
  problem(key, "must be " + std::string(describe(wanted)) + ", not " +
                   std::string(describe(node->type)));
  return nullptr;
}

std::string TableReader::place_of_key(std::string_view key) const {
  for (const TomlMember& member : table_.members)
    if (member.name == key) return place_of(member.line);
  return place();
}

void TableReader::problem(std::string_view key, const std::string& text) {
  problems_.add(place_of_key(key), what_ + ": '" + std::string(key) + "' " + text);
}

void TableReader::missing(std::string_view key) {
  problems_.add(place(), what_ + ": '" + std::string(key) + "' is missing");
}

std::string TableReader::text(std::string_view key, std::string_view fallback) {
  const TomlNode* node = take(key, TomlNode::Type::string);
  return node == nullptr ? std::string(fallback) : node->text;
}

std::string TableReader::required_text(std::string_view key) {
  const TomlNode* node = take(key, TomlNode::Type::string);
  if (node == nullptr) {
    if (take(key) == nullptr) missing(key);
    return {};
  }
  if (node->text.empty()) problem(key, "must not be empty");
  return node->text;
}

std::int64_t TableReader::integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max) {
  const TomlNode* node = take(key, TomlNode::Type::integer);
  if (node == nullptr) return fallback;
  if (node->integer < min || node->integer > max) {
    problem(key, "must lie between " + std::to_string(min) + " and " + std::to_string(max));
    return fallback;
  }
  return node->integer;
}

std::int64_t TableReader::required_integer(std::string_view key, std::int64_t min,
                                           std::int64_t max) {
  if (take(key) == nullptr) missing(key);
  return integer(key, min, min, max);
}

bool TableReader::flag(std::string_view key, bool fallback) {
  const TomlNode* node = take(key, TomlNode::Type::boolean);
  return node == nullptr ? fallback : node->boolean;
}

std::int8_t TableReader::tri(std::string_view key) {
  const TomlNode* node = take(key, TomlNode::Type::boolean);
  if (node == nullptr) return -1;
  return node->boolean ? 1 : 0;
}

std::int64_t TableReader::duration_ms(std::string_view key) {
  const TomlNode* node = take(key, TomlNode::Type::string);
  if (node == nullptr) return 0;
  const std::optional<std::int64_t> ms = index::parse_duration_ms(node->text);
  if (ms.has_value() && *ms > 0) return *ms;
  problem(key, "is not a duration: '" + node->text + "' (write \"30m\", \"24h\", \"90d\", \"2w\")");
  return 0;
}

std::int64_t TableReader::required_duration_ms(std::string_view key) {
  if (take(key) == nullptr) missing(key);
  return duration_ms(key);
}

std::int64_t TableReader::time_ms(std::string_view key) {
  const TomlNode* node = take(key);
  if (node == nullptr) return index::kNoTime;
  if (node->type == TomlNode::Type::string || node->type == TomlNode::Type::time)
    if (const auto time = index::parse_rfc3339(node->text)) return time->ms;
  problem(key, "is not a time (write 2026-01-31 or 2026-01-31T08:00:00Z)");
  return index::kNoTime;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const TomlNode* node = take(key);
  if (node == nullptr) return {};
  if (node->type == TomlNode::Type::string) return {node->text};
  std::vector<std::string> out;
  bool good = node->type == TomlNode::Type::array;
  for (const TomlNode& element : node->elements) {
    good = good && element.type == TomlNode::Type::string;
    out.push_back(element.text);
  }
  if (good) return out;
  problem(key, "must be a string or an array of strings");
  return {};
}

std::vector<const TomlNode*> TableReader::tables(std::string_view key) {
  const TomlNode* node = take(key);
  if (node == nullptr) return {};
  if (node->type == TomlNode::Type::table) return {node};
  std::vector<const TomlNode*> out;
  bool good = node->type == TomlNode::Type::array;
  for (const TomlNode& element : node->elements) {
    good = good && element.type == TomlNode::Type::table;
    out.push_back(&element);
  }
  if (good) return out;
  problem(key, "must be a table or an array of tables");
  return {};
}

std::uint32_t TableReader::bits_of(std::string_view key, std::span<const std::string_view> words) {
  std::uint32_t bits = 0;
  for (const std::string& text : texts(key)) {
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
      problem(key, "knows no '" + text + "'" + did_you_mean(text, words) + " (one of " +
                       list_of(words) + ")");
    else
      bits |= 1U << static_cast<unsigned>(found - words.begin());
  }
  return bits;
}

int TableReader::choice(std::string_view key, std::span<const std::string_view> words,
                        int fallback) {
  const TomlNode* node = take(key, TomlNode::Type::string);
  if (node == nullptr) return fallback;
  const auto found = std::find(words.begin(), words.end(), node->text);
  if (found != words.end()) return static_cast<int>(found - words.begin());
  problem(key, "knows no '" + node->text + "'" + did_you_mean(node->text, words) + " (one of " +
                   list_of(words) + ")");
  return fallback;
}

std::vector<TomlMember> TableReader::pairs(std::string_view key) {
  const TomlNode* node = take(key, TomlNode::Type::table);
  return node == nullptr ? std::vector<TomlMember>() : node->members;
}

void TableReader::finish() {
  for (const TomlMember& member : table_.members)
    if (std::find(asked_.begin(), asked_.end(), member.name) == asked_.end())
      problems_.add(place_of(member.line), what_ + ": unknown key '" + member.name + "'" +
                                               did_you_mean(member.name, asked_));
}

}  // namespace concord::scoring

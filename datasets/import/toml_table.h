// A strict view of one TOML table: every name in it must be asked for, every type must fit, and
// each complaint carries "file:line". The first complaint stays; later ones are echoes.
// Thread class: one-owner. For the files that read sources.toml.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/toml_tree.h"
#include "index/base/result.h"

namespace concord::datasets {

/// Collects the first error of a whole reading.
class TomlErrors {
 public:
  explicit TomlErrors(std::string file) : file_(std::move(file)) {}
  void at(const TomlNode* node, std::string detail) {
    if (!first_) first_ = index::Error{index::Code::bad_input, std::move(detail), place(node)};
  }
  [[nodiscard]] std::string place(const TomlNode* node) const {
    const int line = node == nullptr ? 0 : node->line();
    return line == 0 ? file_ : file_ + ":" + std::to_string(line);
  }
  [[nodiscard]] bool any() const { return first_.has_value(); }
  [[nodiscard]] const index::Error& first() const { return *first_; }

 private:
  std::string file_;
  std::optional<index::Error> first_;
};

inline std::string in_quotes(std::string_view name) { return "\"" + std::string(name) + "\""; }

class TomlTable {
 public:
  /// `what` names the table in messages, e.g. "[[source.file]]".
  TomlTable(const TomlNode& table, std::string what, TomlErrors& errors)
      : table_(table), what_(std::move(what)), errors_(errors) {}

  const TomlNode* node(std::string_view name) {
    asked_.emplace(name);
    return table_.get(name);
  }
  [[nodiscard]] const TomlNode& raw() const { return table_; }
  [[nodiscard]] TomlErrors& errors() const { return errors_; }
  void wrong(std::string_view name, const std::string& reason) {
    const TomlNode* at = table_.get(name);
    errors_.at(at != nullptr ? at : &table_, what_ + ": " + in_quotes(name) + " " + reason);
  }

  std::optional<std::string> text(std::string_view name) {
    const TomlNode* at = node(name);
    if (at == nullptr) return std::nullopt;
    if (const auto value = at->text()) return value;
    wrong(name, "must be a text in quotes");
    return std::nullopt;
  }
  std::string required(std::string_view name) {
    auto value = text(name);
    if (node(name) == nullptr) wrong(name, "is missing");
    if (value && value->empty()) wrong(name, "is empty");
    return value.value_or("");
  }
  bool boolean(std::string_view name, bool otherwise) {
    const TomlNode* at = node(name);
    if (at == nullptr) return otherwise;
    if (const auto value = at->boolean()) return *value;
    wrong(name, "must be true or false");
    return otherwise;
  }
  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t min,
                       std::int64_t max) {
    const TomlNode* at = node(name);
    if (at == nullptr) return otherwise;
    const auto value = at->integer();
    if (value && *value >= min && *value <= max) return *value;
    wrong(name,
          "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return otherwise;
  }
  /// A list of texts; a single text counts as a list of one.
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    const TomlNode* at = node(name);
    if (at == nullptr) return out;
    if (const auto one = at->text()) return {*one};
    if (!at->is_array()) wrong(name, "must be a text or a list of texts");
    for (const TomlNode& element : at->elements()) {
      const auto one = element.text();
      if (!one) wrong(name, "must be a list of texts");
      out.push_back(one.value_or(""));
    }
    return out;
  }
  const TomlNode* table(std::string_view name) {
    const TomlNode* at = node(name);
    if (at != nullptr && !at->is_table()) wrong(name, "must be a table");
    return at == nullptr || !at->is_table() ? nullptr : at;
  }
  /// The tables of an array of tables.
  std::vector<const TomlNode*> tables(std::string_view name) {
    std::vector<const TomlNode*> out;
    const TomlNode* at = node(name);
    if (at == nullptr) return out;
    if (!at->is_array()) wrong(name, "must be a list of tables");
    for (const TomlNode& element : at->elements()) {
      if (!element.is_table()) wrong(name, "must be a list of tables");
      if (element.is_table()) out.push_back(&element);
    }
    return out;
  }
  /// The place of the text in `words`; an error that lists them all when it is none.
  template <typename Words>
  std::optional<std::size_t> one_of(std::string_view name, const Words& words) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    std::string all;
    for (std::size_t i = 0; i < std::size(words); ++i) {
      if (words[i] == *value) return i;
      all += (i == 0 ? "" : ", ") + std::string(words[i]);
    }
    wrong(name, "is " + in_quotes(*value) + ", must be one of " + all);
    return std::nullopt;
  }
  /// Every name that was not asked for is an error.
  void finish() {
    for (const auto& [key, value] : table_.members()) {
      if (asked_.contains(key)) continue;
      errors_.at(&value, what_ + ": " + in_quotes(key) + " is not a name known here");
    }
  }

 private:
  const TomlNode& table_;
  std::string what_;
  TomlErrors& errors_;
  std::set<std::string> asked_;
};

}  // namespace concord::datasets

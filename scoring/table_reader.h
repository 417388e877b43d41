// Reads one TOML table key by key, checks every value, and at the end finds the keys nobody asked
// for. Mistakes are collected, so that an author sees all of them at once.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/vocabulary.h"
#include "scoring/toml_tree.h"

namespace concord::scoring {

/// The mistakes of a policy set, in the order they were found.
class Problems {
 public:
  void add(std::string place, std::string what) {
    list_.push_back(index::Error{index::Code::bad_input, std::move(what), std::move(place)});
  }
  void add(index::Error error) { list_.push_back(std::move(error)); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::span<const index::Error> all() const { return list_; }
  /// The first one's place, and the text of the first `shown`, one a line.
  [[nodiscard]] index::Error summary(std::size_t shown) const;

 private:
  std::vector<index::Error> list_;
};

/// The word of `known` nearest to `word` (at most two edits), as "; did you mean 'x'?"; else empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

class TableReader {
 public:
  /// Borrows all of them. `what` names the table in messages ("action 'a/b/c'").
  TableReader(const TomlNode& table, std::string what, const std::string& file, Problems& problems)
      : table_(table), what_(std::move(what)), file_(file), problems_(problems) {}

  // Each takes the key out. A missing key gives the fall-back; a wrong value is a problem, and
  // gives it too. `required_…`: missing is a problem.
  std::string text(std::string_view key, std::string_view fallback = {});
  std::string required_text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min = 0,
                       std::int64_t max = std::numeric_limits<std::int64_t>::max());
  std::int64_t required_integer(std::string_view key, std::int64_t min = 0,
                                std::int64_t max = std::numeric_limits<std::int64_t>::max());
  bool flag(std::string_view key, bool fallback);
  /// -1 absent, 0 false, 1 true.
  std::int8_t tri(std::string_view key);
  /// "90d" → milliseconds. 0 when absent. A written duration must be positive.
  std::int64_t duration_ms(std::string_view key);
  std::int64_t required_duration_ms(std::string_view key);
  /// A date or RFC 3339 time; index::kNoTime when absent.
  std::int64_t time_ms(std::string_view key);
  /// A string, or an array of strings.
  std::vector<std::string> texts(std::string_view key);
  /// The tables of `[[key]]`, or the one of `[key]`.
  std::vector<const TomlNode*> tables(std::string_view key);
  /// Words of a closed list (one or an array) as bits: bit n is the n-th word. 0 when absent.
  template <typename Enum>
  std::uint32_t bits(std::string_view key) {
    return bits_of(key, index::words<Enum>());
  }
  std::uint32_t bits_of(std::string_view key, std::span<const std::string_view> words);
  /// One word of a closed list: its number, or `fallback`.
  int choice(std::string_view key, std::span<const std::string_view> words, int fallback);
  /// All members of the sub-table `key`, sorted by name.
  std::vector<TomlMember> pairs(std::string_view key);
  const TomlNode* take(std::string_view key);

  /// Every key not asked for becomes a problem.
  void finish();

  [[nodiscard]] std::string place() const { return place_of(table_.line); }
  [[nodiscard]] std::string place_of(std::uint32_t line) const {
    return file_ + ":" + std::to_string(line);
  }
  /// Line of `key`, or of the table when it is not there.
  [[nodiscard]] std::string place_of_key(std::string_view key) const;
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& what() const { return what_; }
  void problem(std::string_view key, const std::string& text);
  Problems& problems() { return problems_; }

 private:
  const TomlNode* take(std::string_view key, TomlNode::Type wanted);
  void missing(std::string_view key);

  const TomlNode& table_;
  std::string what_;
  const std::string& file_;
  Problems& problems_;
  std::vector<std::string_view> asked_;
};

}  // namespace concord::scoring

// Every setting of the program `concord` in one table: its flag, its environment variable, its key
// in the configuration file, its default and what it means. Order of precedence: flag, environment
// (CONCORD_…), file, default. Thread class: one-owner.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"

namespace toml::inline v3 {
class table;
}

namespace concord::server {

enum class SettingType : std::uint8_t { text, count, milliseconds };

struct SettingRow {
  std::string_view name;  // "listen": the flag --listen, CONCORD_LISTEN, the file's key listen
  SettingType type = SettingType::text;
  std::string_view fallback;  // the default, as one would write it
  std::string_view help;
  std::int64_t min = 0;  // of numbers
  std::int64_t max = 0;
};
std::span<const SettingRow> setting_rows();
const SettingRow& setting_row(std::string_view name);

enum class Origin : std::uint8_t { fallback, file, environment, flag };
std::string_view word(Origin origin);

class Settings {
 public:
  Settings();

  /// Reads CONCORD_… through `lookup` (getenv in the program; nullptr: not set). An unknown name
  /// that begins so is not seen. Errors: bad_input (place: the variable).
  index::Result<void> read_environment(const char* (*lookup)(const char* name));
  /// A TOML file: top-level keys as in the table, `_` or `-` alike. Errors: not_found, bad_input
  /// (place: file and line; an unknown key, a wrong type or range).
  index::Result<void> read_file(const std::string& path);
  /// Errors: bad_input (place: the flag).
  index::Result<void> set_flag(std::string_view name, std::string value);

  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] Origin origin(std::string_view name) const;
  /// Where a value of origin file or environment came from: "concord.toml:3", "CONCORD_LISTEN".
  [[nodiscard]] const std::string& place(std::string_view name) const;

 private:
  struct Value {
    std::string text;
    Origin origin = Origin::fallback;
    std::string place;
  };
  index::Result<void> read_table(const toml::table& table, const std::string& path);
  index::Result<void> set(const SettingRow& row, std::string text, Origin origin,
                          std::string place);
  std::map<std::string, Value, std::less<>> values_;
};

/// "listen" → "CONCORD_LISTEN".
std::string environment_name(std::string_view setting);

}  // namespace concord::server

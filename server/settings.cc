#include "server/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

#include "index/base/assert.h"
#include "index/base/files.h"
#include "index/base/nearest.h"
#include "server/routes_ask.h"

namespace concord::server {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 20;

constexpr std::array<SettingRow, 38> kRows{{
    {"data", SettingType::text, "data", "folder of the indexed base (made by `concord index`)"},
    {"policy", SettingType::text, "", "folder of the policy set; empty: the default set"},
    {"as-of", SettingType::text, "now",
     "base clock: now, data (the newest time in the base) or a time"},
    {"listen", SettingType::text, "127.0.0.1:8080",
     "address and port to listen at; port 0: any free"},
    {"threads", SettingType::count, "0", "threads; 0: one for each processor", 0, 1024},
    {"token-file", SettingType::text, "",
     "who may ask (see docs/operations.md); needed beyond loopback"},
    {"access-log", SettingType::text, "", "file for one JSON line a request; - is standard error"},
    {"url", SettingType::text, "http://127.0.0.1:8080",
     "the service that context, next and search ask"},
    {"token", SettingType::text, "", "bearer token for --url"},
    {"timeout-ms", SettingType::milliseconds, "10000", "how long to wait for an answer of --url", 1,
     600'000},
    {"connections-max", SettingType::count, "16384", "open connections; more are answered 503", 1,
     1'000'000},
    {"request-ms-max", SettingType::milliseconds, "10000", "first to last byte of a request", 100,
     600'000},
    {"idle-ms-max", SettingType::milliseconds, "60000", "silence between requests of a connection",
     100, 3'600'000},
    {"requests-per-connection-max", SettingType::count, "1000000",
     "requests until a connection is closed", 1, 1'000'000'000},
    {"body-bytes-max", SettingType::count, "65536", "body of a question", 1024, 64 * 1024 * 1024},
    {"bodies-bytes-max", SettingType::count, "268435456",
     "all bodies on their way in; more are answered 503", 1024 * 1024, 64LL * 1024 * 1024 * 1024},
    {"streams-max", SettingType::count, "1024", "open streams; more are answered 503", 1,
     1'000'000},
    {"rows-bytes-max", SettingType::count, "268435456",
     "features kept between questions; 0: none", 0, 1LL << 40},
    {"skew-ms-max", SettingType::milliseconds, "60000",
     "how far ahead a source's clock may be before a time is brought back", 0, 86'400'000},
    {"queue-events-max", SettingType::count, "100000", "events taken and not written yet", 1,
     10'000'000},
    {"queue-bytes-max", SettingType::count, "67108864", "bytes of events taken and not written yet",
     1 << 20, 1LL << 40},
    {"queue-wait-ms-max", SettingType::milliseconds, "500",
     "while the first event in line waits longer, new ones are refused; 0: no bound", 0, 60'000},
    {"source-watch-ms", SettingType::milliseconds, "5000",
     "how often the freshness of the sources is looked at", 100, 3'600'000},
    {"mark-file", SettingType::text, "",
     "high-water mark of the log, best on another device; empty: in the data folder"},
    {"mark-file-2", SettingType::text, "", "its second copy; empty: in the data folder"},
    {"ballast-bytes", SettingType::count, "67108864",
     "room kept in the data folder for a full disk; 0: none", 0, 1LL << 40},
    {"roll-events", SettingType::count, "1000000",
     "events until a new generation is written; 0: never for their number", 0, 1LL << 40},
    {"roll-ms", SettingType::milliseconds, "86400000",
     "time until one is written if anything changed; 0: never for the time", 0, 1LL << 40},
    {"roll-at-stop", SettingType::count, "0", "1: write one before stopping", 0, 1},
    {"roll-threads", SettingType::count, "1", "threads that write it, at low priority", 1, 1024},
    {"log-keep-events", SettingType::count, "10000000",
     "newest events kept in the log beyond what the generations need; 0: all", 0, 1LL << 40},
    {"sources", SettingType::text, "",
     "sources.toml: what sources may send, and how change records are mapped; empty: any source"},
    {"files", SettingType::text, "",
     "folder of the files that its lookups name; empty: where it lies"},
    {"intake-threads", SettingType::count, "0",
     "threads that read larger bodies of events; 0: half the processors", 0, 256},
    {"intake-wait-ms-max", SettingType::milliseconds, "100",
     "while the first of those bodies waits longer for a thread, new ones are refused", 1, 60'000},
    {"intake-body-bytes-max", SettingType::count, "16777216", "body of events, packed and unpacked",
     65536, 64 * 1024 * 1024},
    {"segment-user-type", SettingType::text, "user_id", "identity type of Segment's userId"},
    {"segment-anonymous-type", SettingType::text, "anonymous_id",
     "identity type of Segment's anonymousId"},
}};

std::string bad_number(const SettingRow& row, const std::string& text) {
  return "\"" + text + "\" is not a whole number from " + std::to_string(row.min) + " to " +
         std::to_string(row.max);
}

bool read_number(const std::string& text, std::int64_t& out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && stop == end;
}

std::string name_in_file(std::string_view key) {
  std::string name(key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

const SettingRow& setting_row(std::string_view name) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const SettingRow& one) { return one.name == name; });
  CONCORD_ASSERT(row != kRows.end());
  return *row;
}

std::string_view word(Origin origin) {
  switch (origin) {
    case Origin::fallback: return "default";
    case Origin::file: return "file";
    case Origin::environment: return "environment";
    case Origin::flag: return "flag";
  }
  return "default";
}

std::string environment_name(std::string_view setting) {
  std::string name = "CONCORD_";
  for (const char c : setting)
    name.push_back(c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c));
  return name;
}

Settings::Settings() {
  for (const SettingRow& row : kRows)
    values_[std::string(row.name)] = {std::string(row.fallback), Origin::fallback, {}};
}

index::Result<void> Settings::set(const SettingRow& row, std::string text, Origin origin,
                                  std::string place) {
  std::int64_t number = 0;
  if (row.type != SettingType::text &&
      (!read_number(text, number) || number < row.min || number > row.max))
    return index::fail(index::Code::bad_input, bad_number(row, text), std::move(place));
  Value& value = values_.find(row.name)->second;
  if (value.origin > origin) return {};  // the stronger one stays
  value = {std::move(text), origin, std::move(place)};
  return {};
}

index::Result<void> Settings::read_environment(const char* (*lookup)(const char* name)) {
  for (const SettingRow& row : kRows) {
    const std::string name = environment_name(row.name);
    const char* const text = lookup(name.c_str());
    if (text == nullptr) continue;
    if (auto done = set(row, text, Origin::environment, name); !done) return done;
  }
  return {};
}

index::Result<void> Settings::read_file(const std::string& path) {
  const auto text = index::read_file(path, kFileBytesMax);
  if (!text) return index::fail(text.error());
  try {
    return read_table(toml::parse(*text, path), path);
  } catch (const toml::parse_error& error) {
    return index::fail(index::Code::bad_input, std::string(error.description()),
                       path + ":" + std::to_string(error.source().begin.line));
  }
}

index::Result<void> Settings::read_table(const toml::table& table, const std::string& path) {
  std::vector<std::string_view> known;
  for (const SettingRow& row : kRows) known.push_back(row.name);
  for (const auto& [key, node] : table) {
    const std::string place = path + ":" + std::to_string(node.source().begin.line);
    const std::string name = name_in_file(key.str());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string_view meant = index::nearest(name, known);
      return index::fail(index::Code::bad_input,
                         "\"" + std::string(key.str()) + "\" is not a setting" +
                             (meant.empty() ? "; `concord config dump` lists them"
                                            : "; did you mean " + std::string(meant) + "?"),
                         place);
    }
    const SettingRow& row = setting_row(name);
    const auto text = node.value_exact<std::string>();
    const auto number = node.value_exact<std::int64_t>();
    const bool fits = row.type == SettingType::text ? text.has_value() : number.has_value();
    if (!fits)
      return index::fail(index::Code::bad_input,
                         name + " takes " + (row.type == SettingType::text ? "a text" : "a number"),
                         place);
    if (auto done = set(row, text ? *text : std::to_string(*number), Origin::file, place); !done)
      return done;
  }
  return {};
}

index::Result<void> Settings::set_flag(std::string_view name, std::string value) {
  return set(setting_row(name), std::move(value), Origin::flag, "--" + std::string(name));
}

const std::string& Settings::text(std::string_view name) const {
  return values_.find(setting_row(name).name)->second.text;
}

std::int64_t Settings::number(std::string_view name) const {
  std::int64_t value = 0;
  CONCORD_ASSERT(read_number(text(name), value));  // checked when it was set
  return value;
}

Origin Settings::origin(std::string_view name) const { return values_.find(name)->second.origin; }

const std::string& Settings::place(std::string_view name) const {
  return values_.find(name)->second.place;
}

}  // namespace concord::server

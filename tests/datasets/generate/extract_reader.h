// Reads a generated folder the way an importer would: sources.toml says what each column means.
// Small and obvious on purpose; shares no code with the writer.
#pragma once
#include <gtest/gtest.h>
#include <zlib.h>

#include <toml++/toml.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "index/base/json_reader.h"
#include "index/base/time.h"

namespace concord::datasets {

using Cells = std::map<std::string, std::string>;

inline std::string whole_file(const std::filesystem::path& path) {
  if (path.extension() != ".gz") {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  gzFile in = gzopen(path.c_str(), "rb");
  EXPECT_NE(in, nullptr) << path;
  std::string out;
  std::vector<char> part(1 << 16);
  int got = 0;
  while ((got = gzread(in, part.data(), static_cast<unsigned>(part.size()))) > 0)
    out.append(part.data(), static_cast<std::size_t>(got));
  EXPECT_EQ(got, 0) << path << ": not a whole gzip stream";
  EXPECT_EQ(gzclose(in), Z_OK) << path;
  return out;
}

/// RFC 4180 with a delimiter; a quote out of place or an open one is a failure of the test.
inline std::vector<std::vector<std::string>> read_csv(const std::string& text, char delimiter) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& cell = rows.back().back();
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      EXPECT_TRUE(cell.empty()) << "a quote inside a cell: " << cell;
      quoted = true;
    } else if (c == delimiter) {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.emplace_back(1);
    } else {
      cell += c;
    }
  }
  EXPECT_FALSE(quoted) << "a quote is never closed";
  EXPECT_TRUE(rows.back().size() == 1 && rows.back().front().empty()) << "no line end at the end";
  rows.pop_back();
  return rows;
}

/// `type` and the value in the one form of truth.csv.
inline std::string normalised(const std::string& type, const std::string& value) {
  if (type == "email") {
    std::string lower;
    for (char c : value) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return "email:" + lower;
  }
  if (type != "phone") return type + ":" + value;
  std::string digits;
  for (char c : value)
    if (c >= '0' && c <= '9') digits += c;
  if (value.starts_with("+")) return "phone:+" + digits;
  if (digits.starts_with("00")) return "phone:+" + digits.substr(2);
  return "phone:+49" + digits.substr(1);  // the region of the mapping
}

/// One file's rows, good and bad, as its mapping reads them.
struct ReadFile {
  std::string path, source, event, kind;
  std::size_t rows = 0, rejected = 0, duplicates = 0, unknown_status = 0, reused = 0;
  std::vector<Cells> events;                      // accepted, duplicates left out
  std::vector<std::vector<std::string>> persons;  // identities of each event, joining ones first
  std::vector<std::size_t> joining;               // how many of them join
  std::set<std::string> keys;
};

class FolderReader {
 public:
  explicit FolderReader(const std::filesystem::path& folder)
      : folder_(folder), mapping_(toml::parse_file((folder / "sources.toml").string())) {}

  std::vector<ReadFile> read_all() {
    std::vector<ReadFile> files;
    for (auto& source : *mapping_["source"].as_array())
      for (auto& file : *source.as_table()->get("file")->as_array())
        files.push_back(read(*source.as_table(), *file.as_table()));
    return files;
  }

 private:
  static std::string text(const toml::table& table, const char* name, const char* fallback = "") {
    return table[name].value_or(std::string(fallback));
  }

  std::vector<std::optional<Cells>> rows_of(const toml::table& file,
                                            const std::set<std::string>& nothing) {
    const std::string bytes = whole_file(folder_ / text(file, "path"));
    std::vector<std::optional<Cells>> rows;
    if (text(file, "format") == "ndjson") {
      std::istringstream lines(bytes);
      for (std::string line; std::getline(lines, line);) rows.push_back(json_cells(line));
      return rows;
    }
    const auto table = read_csv(bytes, text(file, "delimiter", ",").front());
    for (std::size_t i = 1; i < table.size(); ++i) {
      if (table[i].size() != table[0].size()) {
        rows.emplace_back();
        continue;
      }
      rows.emplace_back(Cells());
      for (std::size_t c = 0; c < table[i].size(); ++c)
        if (!table[i][c].empty() && !nothing.contains(table[i][c]))
          (*rows.back())[table[0][c]] = table[i][c];
    }
    return rows;
  }

  /// Members as text; absent and empty are the same. Empty when the line is not JSON.
  static std::optional<Cells> json_cells(const std::string& line) {
    static index::JsonReader reader;
    const auto parsed = reader.parse(line);
    if (!parsed) return {};
    Cells cells;
    for (const index::JsonMember& m : parsed->members()) {
      std::string value;
      if (const auto string = m.value.as_string()) value = *string;
      if (const auto number = m.value.as_int64()) value = std::to_string(*number);
      if (const auto flag = m.value.as_bool()) value = *flag ? "true" : "false";
      if (!value.empty()) cells[std::string(m.name)] = value;
    }
    return cells;
  }

  static bool is_time(const std::string& value, const std::string& format) {
    std::string shape;  // digits as 9: enough to tell a time from the planted non-times
    for (char c : value) shape += c >= '0' && c <= '9' ? '9' : c;
    if (format == "unix_s") return shape == "9999999999";
    if (format == "unix_ms") return shape == "9999999999999";
    if (value.starts_with("31.02.")) return false;
    const std::map<std::string, std::set<std::string>> shapes = {
        {"%d.%m.%Y %H:%M", {"99.99.9999 99:99"}},
        {"%d.%m.%Y", {"99.99.9999"}},
        {"%Y-%m-%d", {"9999-99-99"}},
        {"%Y-%m-%d %H:%M:%S", {"9999-99-99 99:99:99"}},
        {"%Y/%m/%d %H:%M", {"9999/99/99 99:99"}},
        {"rfc3339", {"9999-99-99T99:99:99Z", "9999-99-99T99:99:99+99:99"}}};
    return shapes.at(format).contains(shape);
  }

  ReadFile read(const toml::table& source, const toml::table& file) {
    ReadFile out{.path = text(file, "path"),
                 .source = text(source, "name"),
                 .event = text(file, "event"),
                 .kind = text(file, "kind"),
                 .events = {},
                 .persons = {},
                 .joining = {},
                 .keys = {}};
    std::set<std::string> nothing;
    if (const auto* words = source["null_values"].as_array())
      for (auto& w : *words) nothing.insert(w.value_or(std::string()));
    const std::string format = text(file, "date_format", text(source, "date_format").c_str());
    for (auto& row : rows_of(file, nothing)) {
      ++out.rows;
      const std::string at = text(file, "at");
      if (!row || !row->contains(at) || !is_time(row->at(at), format))
        ++out.rejected;
      else
        accept(out, source, file, std::move(*row));
    }
    return out;
  }

  void accept(ReadFile& out, const toml::table& source, const toml::table& file, Cells row) {
    std::string id = text(source, "name") + "\n" +
                     text(file, "id_prefix", (out.kind.empty() ? out.event : out.kind).c_str());
    for (auto& column : *file["id"].as_array()) {
      const auto cell = row.find(column.value_or(std::string()));
      if (cell == row.end()) {
        ++out.rejected;
        return;
      }
      id += "\n" + cell->second;
    }
    const auto [seen, fresh] = ids_.emplace(id, row);
    if (!fresh) {
      ++(seen->second == row ? out.duplicates : out.reused);
      return;
    }
    if (const auto* states = file["state"].as_table()) {
      const auto word = row.find(text(*file["fields"].as_table(), "status"));
      out.unknown_status += word == row.end() || !states->contains(word->second) ? 1 : 0;
    }
    if (out.event == "entry") out.keys.insert(row.at(text(file, "key")));
    identities(out, file, row);
    out.events.push_back(std::move(row));
  }

  static void identities(ReadFile& out, const toml::table& file, const Cells& row) {
    std::vector<std::string> join, look_up;
    if (const auto* customers = file["customer"].as_array())
      for (auto& one : *customers) {
        const std::string type = text(*one.as_table(), "type");
        const auto cell = row.find(text(*one.as_table(), "column"));
        if (cell == row.end() || type == "account") continue;
        (type == "phone" ? look_up : join).push_back(normalised(type, cell->second));
      }
    out.joining.push_back(join.size());
    join.insert(join.end(), look_up.begin(), look_up.end());
    out.persons.push_back(std::move(join));
  }

  std::filesystem::path folder_;
  toml::table mapping_;
  std::map<std::string, Cells> ids_;
};

}  // namespace concord::datasets

#include <algorithm>
#include <map>
#include <set>

#include "tests/house/rules.h"

namespace concord::house {
namespace {

struct Include {
  std::string_view path;
  std::size_t line;
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (std::string_view line : lines_of(file.text)) {
    ++number;
    if (!line.starts_with("#include")) continue;
    const std::size_t open = line.find_first_of("<\"");
    if (open == std::string_view::npos) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == std::string_view::npos) continue;
    includes.push_back({line.substr(open + 1, close - open - 1), number});
  }
  return includes;
}

// The rooms, inner ones before the ones around them, and what each may include besides itself.
struct Room {
  std::string_view name;
  std::vector<std::string_view> may;
};
const std::vector<Room>& rooms() {
  static const std::vector<Room> kRooms{
      {"index/base", {}},
      {"index/log", {"index/base"}},
      {"index/customer", {"index/base", "index/log"}},
      {"index/snapshot", {"index/base", "index/customer"}},
      {"index", {"index/base", "index/log", "index/customer", "index/snapshot"}},
      {"scoring/cel", {"index/base"}},
      {"scoring", {"index/base", "index/snapshot", "scoring/cel"}},
      {"server", {"index/base", "index/snapshot", "index", "scoring"}},
      {"datasets", {"index/base", "index/log"}},
      {"bench", {}},
      {"tests", {}},
  };
  return kRooms;
}

const Room* room_of(std::string_view path) {
  for (const Room& room : rooms())
    if (path.size() > room.name.size() && path.starts_with(room.name) &&
        path[room.name.size()] == '/')
      return &room;
  return nullptr;
}

// The program: one subcommand a file; it alone sees every room.
bool sees_all_rooms(std::string_view path) {
  return path == "server/main.cc" || path.starts_with("server/cmd_");
}

bool may_include(std::string_view file, const Room& from, const Room& to, std::string_view path) {
  if (from.name == "bench" || from.name == "tests") return true;
  if (to.name == "bench" || to.name == "tests") return false;
  if (&from == &to || sees_all_rooms(file)) return true;
  // Intake is the log's front door: it fills in events and keeps what was refused.
  if ((file.starts_with("server/intake") || file.starts_with("server/routes_rejections")) &&
      (path.starts_with("index/log/event") || path.starts_with("index/log/rejections") ||
       path.starts_with("index/customer/identity")))
    return true;
  // The import tells joining identities from the ones that only look up: it may know their types.
  if (file.starts_with("datasets/import") && path.starts_with("index/customer/identity"))
    return true;
  return std::find(from.may.begin(), from.may.end(), to.name) != from.may.end();
}

bool is_quoted(const SourceFile& file, const Include& include) {
  return include.path.data() > file.text.data() && *(include.path.data() - 1) == '"';
}

struct Heavy {
  std::string_view header;                 // a prefix of the included path
  std::vector<std::string_view> known_to;  // prefixes of paths
  std::size_t files_max;
};
const std::vector<Heavy>& heavy_headers() {
  static const std::vector<Heavy> kHeavy{
      {"xapian", {"index/snapshot/text"}, 4},
      {"rocksdb/", {"index/log/"}, 2},
      {"boost/beast", {"server/http"}, 2},
      {"sys/epoll.h", {"server/listener"}, 2},
      {"sys/socket.h", {"server/listener", "server/client"}, 4},
      {"toml++/", {"scoring/toml_tree.cc", "server/settings.cc", "datasets/import/"}, 3},
      {"toml.hpp", {}, 0},
      {"simdjson.h", {"index/base/json_reader.cc"}, 1},
      {"tbb/", {"index/base/parallel.cc"}, 1},
      {"oneapi/tbb", {}, 0},
      {"sodium.h", {"index/base/hash.cc"}, 1},
      {"xxhash.h", {"index/base/hash.cc"}, 1},
      {"phonenumbers/", {"index/customer/", "datasets/import"}, 1},
      {"re2/", {"scoring/cel/"}, 2},
      {"unicode/",
       {"index/customer/", "index/snapshot/text", "scoring/cel/zone.cc", "datasets/import/zone.cc"},
       5},
      {"CLI/", {"server/main.cc", "server/cmd_"}, 16},
      {"prometheus/", {"server/metrics"}, 1},
      {"spdlog/", {"server/"}, 3},
      {"zlib.h", {"datasets/", "server/inflate.cc"}, 3},
  };
  return kHeavy;
}

bool is_known_to(const Heavy& heavy, std::string_view path) {
  return std::any_of(heavy.known_to.begin(), heavy.known_to.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

}  // namespace

Findings check_include_directions(const Tree& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    const Room* from = is_code(file.path) ? room_of(file.path) : nullptr;
    if (from == nullptr) continue;
    for (const Include& include : includes_of(file)) {
      const std::string path(include.path);
      const Room* to = room_of(include.path);
      if (path.starts_with("docs/"))
        findings.push_back({file.path, include.line, path + ": nobody includes docs"});
      else if (to == nullptr && is_quoted(file, include))
        findings.push_back({file.path, include.line, "\"" + path + "\" is no path from the top"});
      else if (to != nullptr && !may_include(file.path, *from, *to, include.path))
        findings.push_back(
            {file.path, include.line,
             std::string(from->name) + " includes " + path + ": not a direction of the house map"});
    }
  }
  return findings;
}

Findings check_heavy_headers(const Tree& tree) {
  Findings findings;
  std::map<std::string_view, std::set<std::string_view>> files_with;
  for (const SourceFile& file : tree) {
    if (!is_code(file.path) || !in_room(file.path)) continue;
    for (const Include& include : includes_of(file))
      for (const Heavy& heavy : heavy_headers()) {
        if (!include.path.starts_with(heavy.header)) continue;
        files_with[heavy.header].insert(file.path);
        const std::string path(include.path);
        if (is_header(file.path))
          findings.push_back({file.path, include.line, path + " in a header: it spreads"});
        else if (!is_known_to(heavy, file.path))
          findings.push_back({file.path, include.line, path + " is not for this file to know"});
        else if (files_with[heavy.header].size() > heavy.files_max)
          findings.push_back({file.path, include.line, path + ": one file too many knows it"});
      }
  }
  return findings;
}

}  // namespace concord::house

// Tables from a key to a value, read from files before the sources (docs/data.md, [lookup.NAME]).
// Thread class: immutable after load.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/import/report.h"
#include "datasets/import/sources.h"

namespace concord::datasets {

class LookupTable {
 public:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  using Rows = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

  LookupTable(std::string name, Rows rows) : name_(std::move(name)), rows_(std::move(rows)) {}
  /// Null when the key is not there.
  [[nodiscard]] const std::string* find(std::string_view key) const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  Rows rows_;  // asked, never walked
};

class Lookups {
 public:
  /// What is wrong with a row or a file is listed in `report`; the rest is taken.
  static Lookups load(const Sources& sources, const std::string& files_folder,
                      ImportReport& report);
  /// Null when there is no lookup of that name.
  [[nodiscard]] const LookupTable* named(std::string_view name) const;

 private:
  std::vector<LookupTable> tables_;
};

}  // namespace concord::datasets

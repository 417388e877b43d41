// What a full file held, so that what the next one lacks can be retracted (mode = "full").
// Keeps every key of the newest two files in memory. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/import/sources.h"
#include "index/log/event.h"

namespace concord::datasets {

class Snapshots {
 public:
  /// A new full file of one mapping begins.
  void begin_file();
  /// An event of it, also when it was a duplicate of an older one.
  void saw(const index::wire::Event& event);
  /// The events that retract what the file before had and this one lacks, in the order of their
  /// keys. Nothing after the first file.
  [[nodiscard]] std::vector<index::EventDraft> missing(const Source& source,
                                                       const std::string& file,
                                                       std::int64_t at_ms) const;

 private:
  struct Item {
    std::uint8_t kind = 0;
    bool knowledge = false;
    std::string key;
    std::vector<std::string> customer;
  };
  std::map<std::string, Item> before_, now_;
  bool first_ = true;
  bool begun_ = false;
};

}  // namespace concord::datasets

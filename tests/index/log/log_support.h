// A folder that is gone with the test, and events for a log that need say nothing.
// Thread class: one-owner.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "index/base/hash.h"
#include "index/log/event_log.h"

namespace concord::test {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "concord-log-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// One event for each text, which is its id, too.
inline std::vector<index::FramedEvent> framed(const std::vector<std::string>& all) {
  std::vector<index::FramedEvent> out;
  for (const std::string& bytes : all)
    out.push_back({bytes, index::event_id_key("test", bytes), index::blake2b_128(bytes)});
  return out;
}

}  // namespace concord::test

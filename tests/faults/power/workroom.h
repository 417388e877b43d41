// A folder for the images of one run. It is locked while the run lives; folders whose run has died
// are removed by the next one.
// Thread class: one-owner.
#pragma once
#include <string>

#include "index/base/result.h"

namespace concord::power {

class Workroom {
 public:
  /// Makes `parent`/concord-power-XXXXXX and removes its like that nobody holds any more.
  static index::Result<Workroom> open(const std::string& parent);
  Workroom(Workroom&& other) noexcept;
  Workroom(const Workroom&) = delete;
  Workroom& operator=(const Workroom&) = delete;
  Workroom& operator=(Workroom&&) = delete;
  ~Workroom();

  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  Workroom(std::string folder, int lock) : folder_(std::move(folder)), lock_(lock) {}

  std::string folder_;
  int lock_;
};

}  // namespace concord::power

// Names to declarations: relative to the container first, then outward.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/cel/environment.h"

namespace concord::cel {

class Resolver {
 public:
  explicit Resolver(const Environment& environment) : environment_(environment) {}

  struct Found {
    std::optional<std::uint32_t> variable;
    std::string_view type_name;  // of a type; static text
  };
  /// `dotted` may start with ".": then it is absolute.
  [[nodiscard]] Found look_up(std::string_view dotted) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] const Environment& environment() const { return environment_; }

 private:
  [[nodiscard]] Found exact(std::string_view name) const;
  const Environment& environment_;
};

}  // namespace concord::cel

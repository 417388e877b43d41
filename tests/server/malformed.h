// Requests that must never be answered. Each row is followed on the wire by a well-formed request
// that a lax server would answer too ("two answers to one request"). Thread class: immutable.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace concord::server {

struct MalformedRow {
  std::string_view name;
  std::string bytes;
  bool smuggling = false;  // a naive server answers it, perhaps twice: the control must find these
};

inline constexpr std::string_view kFollower = "GET /second HTTP/1.1\r\nHost: a.test\r\n\r\n";

std::vector<MalformedRow> malformed_rows();

}  // namespace concord::server

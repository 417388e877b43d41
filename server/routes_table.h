// The table of routes: method, path, options and who answers. Thread class: immutable.
#pragma once
#include <span>
#include <string_view>

#include "server/routes.h"

namespace concord::server {

struct RouteRow {
  RouteInfo info;
  std::span<const Option> query;  // allowed in the query; a body's options are in `info` only
  void (Routes::*answer)(Call&);
  bool in_multi = false;
  bool intake = false;  // takes events in: a large body, a write key, refused under overload
};

/// The more often asked, the earlier.
std::span<const RouteRow> route_rows();

/// "/v1/customers/{key}" and (v1, customers, email:ann@x.test): {…} stands for any one segment.
bool matches(std::string_view path_template, std::span<const std::string_view> segments);

}  // namespace concord::server

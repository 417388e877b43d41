// A small HTTP/1.1 client for the command line: one GET, one answer, then the connection is closed.
// Blocking, with one deadline. Only http:// on an address or a name; TLS is a front proxy's task.
// Thread class: any-thread (a function).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "index/base/result.h"

namespace concord::server {

struct ClientAnswer {
  int status = 0;
  std::string body;
};

inline constexpr std::size_t kClientAnswerBytesMax = 256UL * 1024 * 1024;

struct ClientRequest {
  std::string_view method = "GET";
  std::string_view target = {};  // "/v1/…", percent-encoded
  std::string_view body = {};    // JSON, or a line of it for each event; empty: none
  std::string_view token = {};   // may be empty
  std::string_view content_type = "application/json";
};
/// Asks once, on a connection of its own. `url`: "http://127.0.0.1:8080".
/// Errors: as http_get.
index::Result<ClientAnswer> http_ask(const std::string& url, const ClientRequest& request,
                                     std::int64_t timeout_ms);

/// `url`: "http://127.0.0.1:8080"; `target`: "/v1/…", percent-encoded; `token` may be empty.
/// Errors: bad_input (the URL), io_error (place: the URL; cannot connect, too slow, cut off, not
/// HTTP), over_limit.
index::Result<ClientAnswer> http_get(const std::string& url, std::string_view target,
                                     std::string_view token, std::int64_t timeout_ms);

/// Every byte but A-Za-z0-9-._~:@ as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace concord::server

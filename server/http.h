// HTTP/1.1 requests from bytes, strictly: what two servers could read in two ways is refused, and
// after a refusal the connection must be closed. Knows nothing of sockets.
// Refused beside what the grammar forbids: Transfer-Encoding other than `chunked` or together with
// Content-Length or in HTTP/1.0, folded fields, `_` in field names, a missing, second or malformed
// Host, a second Content-Length even if equal, bare CR or LF, NUL, chunk trailers, HTTP/2.
// Built on Boost.Beast's basic_parser (known by http.cc only). The result never depends on how the
// bytes were cut into packets. Bodies are collected by exchange. Thread class: one-owner (parser),
// immutable (request).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "index/base/limits.h"
#include "server/http_body.h"
#include "server/target.h"

namespace concord::server {

class Later;

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

/// A header field by name.
struct Field {
  std::string_view name;  // lower case
  std::string_view value;
};

/// Thread class: immutable. Views live until the parser's next call or until the bytes move.
/// A field that did not come is empty. A list field (accept, if_none_match) that came twice counts
/// as absent; another field named here that came twice is refused.
struct Request {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;                     // as sent
  std::string_view path;                       // as sent, without query
  std::span<const std::string_view> segments;  // decoded, see target.h
  std::span<const Parameter> parameters;       // decoded, see target.h
  std::string_view host;
  std::string_view origin;
  std::string_view authorization;
  std::string_view content_type;      // as sent, with its parameters
  std::string_view content_encoding;  // as sent; see inflate.h
  std::string_view accept;
  std::string_view if_match;
  std::string_view if_none_match;
  std::string_view user_agent;
  std::string_view request_id;   // X-Request-Id
  std::string_view traceparent;  // W3C trace context
  std::string_view idempotency_key;
  std::string_view last_event_id;    // where an SSE client stopped reading
  std::span<const Field> ce_fields;  // CloudEvents in binary mode: "ce-id", "ce-source", …
  std::string_view body;             // joined when it came in chunks; still content-encoded
  bool http10 = false;
  bool keep_alive = false;  // what the client asks for

  // A request that is handled again, because what it waited for is there or its time is over.
  Later* later = nullptr;       // what the handler gave; null: handled for the first time
  bool later_expired = false;   // the time is over and `later` is not ready
  Body* stored_body = nullptr;  // for take_body
};

/// The body as the caller's own, for a worker that reads it while the request is parked. A body of
/// more than a packet is moved, not copied; `request.body` is empty when the request is handled
/// again. At most once for a request.
Body take_body(const Request& request);

struct HttpLimits {
  std::size_t header_bytes_max = index::kHttpHeaderBytesMax;
  std::size_t fields_max = index::kHttpFieldsMax;
  std::size_t uri_bytes_max = index::kHttpUriBytesMax;
  std::size_t body_bytes_max = index::kHttpBodyBytesMax;
};

/// Why a request was refused: an HTTP status and texts of static lifetime.
struct Refusal {
  int status = 400;
  std::string_view code;    // stable word for problem+json
  std::string_view detail;  // a sentence
};

/// What is known of a request's head. One for each connection; assign {} to begin the next request.
struct HeadProgress {
  std::size_t skipped = 0;     // an empty line before the request line
  std::size_t line_start = 0;  // of the header line that is still coming
  std::size_t scanned = 0;     // no LF between line_start and here
  std::size_t lines = 0;
};

/// How a body comes.
struct BodyFraming {
  std::size_t content_length = 0;
  bool chunked = false;
  bool wants_continue = false;  // Expect: 100-continue
  [[nodiscard]] bool none() const { return content_length == 0 && !chunked; }
};

/// Thread class: one-owner; one serves any number of connections, one call at a time.
/// No allocation once warm.
class RequestParser {
 public:
  enum class Outcome { need_more, complete, refused };

  explicit RequestParser(HttpLimits limits = {});
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Reads a head. `bytes`: all that has come since the first byte of this request (they may lie
  /// elsewhere at each call), perhaps more. When complete, `request` is filled but for its body,
  /// framing() tells how that comes, and the head was head_size() bytes.
  Outcome read_head(std::string_view bytes, HeadProgress& progress, Request& request);
  /// A head that was complete before, exactly: fills `request` again.
  void read_again(std::string_view head, Request& request);
  [[nodiscard]] const BodyFraming& framing() const;
  [[nodiscard]] std::size_t head_size() const;
  /// After `refused`.
  [[nodiscard]] const Refusal& refusal() const;

 private:
  struct State;
  Outcome scan_head(std::string_view bytes, HeadProgress& progress);
  bool check_line(std::string_view line, bool first);
  bool read_fields(std::string_view head);
  void fill(Request& request);
  std::unique_ptr<State> state_;
};

}  // namespace concord::server

// What is answered: status, a few fields, a body written once into a reused buffer; and the bytes
// of its head. Thread class: one-owner. No allocation once warm.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "index/base/buffer.h"
#include "index/base/json_writer.h"

namespace concord::server {

class Later;
class Stream;

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kNdjson = "application/x-ndjson";
inline constexpr std::string_view kProblemJson = "application/problem+json";
inline constexpr std::string_view kEventStream = "text/event-stream";

class Response {
 public:
  int status = 200;
  std::string_view content_type = kJson;  // static lifetime
  std::string_view route;                 // path template for log and metrics, static lifetime
  index::Buffer body;
  bool close = false;  // close the connection after this answer
  /// Set: this is no answer yet. The request is handled again when `later` is ready or
  /// `later_ms_max` have gone by, and everything else here is forgotten.
  std::shared_ptr<Later> later;
  std::int64_t later_ms_max = 0;
  /// Set: the answer is these fields and then what the stream gives; `body` stays empty. The
  /// connection ends with the stream.
  std::shared_ptr<Stream> stream;

  /// Back to an empty 200, keeping the memory.
  void reset();
  /// Adds a field. Requires: a field name, and a value without control characters.
  void field(std::string_view name, std::string_view value);
  [[nodiscard]] std::string_view fields() const { return fields_.view(); }

 private:
  index::Buffer fields_;
};

/// "Not Found" for 404; "Status" for a number we do not use.
std::string_view reason_of(int status);
/// 1xx, 204 and 304 never carry a body.
bool may_have_body(int status);

/// One fault of a request. `place` is a JSON pointer into the body, a query parameter's name or a
/// header field's name, as `where` says.
struct ProblemItem {
  enum class Where : std::uint8_t { pointer, parameter, header };
  Where where = Where::pointer;
  std::string_view place;
  std::string_view detail;
};
/// An RFC 9457 error. `code` is a stable word; `detail` says what to do. All texts are UTF-8.
struct Problem {
  int status = 500;
  std::string_view code;
  std::string_view detail;
  std::string_view title{};  // empty: the status's own words
  std::span<const ProblemItem> errors{};
};
/// "type", "title", "status", "code", "detail", "errors" inside an object the caller has begun, so
/// that he can add members of his own.
void write_problem(index::JsonWriter& json, const Problem& problem);
/// Makes `response` that problem and nothing else.
void fill_problem(Response& response, const Problem& problem);

/// The Date field's value, formatted once a second.
class DateText {
 public:
  /// "Sun, 22 Nov 2026 09:00:00 GMT".
  std::string_view at(std::int64_t unix_seconds);

 private:
  std::int64_t seconds_ = -1;
  char text_[29]{};
};

enum class ConnectionField : std::uint8_t { none, close, keep_alive };
/// How the end of the body is known: by its length, by its last chunk, by the connection's end.
enum class BodyEnd : std::uint8_t { length, chunk, connection };
/// Appends status line and fields, ending with the empty line. Content-Length tells the size of the
/// body even where HEAD keeps it back.
void append_head(index::Buffer& out, const Response& response, std::string_view date,
                 ConnectionField connection, BodyEnd end = BodyEnd::length);

}  // namespace concord::server

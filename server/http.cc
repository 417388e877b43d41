#include "server/http.h"

#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "index/base/assert.h"

namespace concord::server {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kMethodBytesMax = 16;
constexpr std::string_view kVersionEnd = " HTTP/1.1\r\n";

constexpr Refusal kBadRequest{400, "bad_request", "malformed HTTP request"};
constexpr Refusal kBadLine{400, "bad_request", "a header line must end in CRLF"};
constexpr Refusal kFolded{400, "bad_request", "folded header fields are refused"};
constexpr Refusal kBadMethod{400, "bad_request", "a method is 1 to 16 upper-case letters"};
constexpr Refusal kBadVersion{505, "http_version", "this server speaks HTTP/1.1 and HTTP/1.0"};
constexpr Refusal kUriTooLong{414, "uri_too_long", "the request target is too long"};
constexpr Refusal kHeaderTooLarge{431, "header_too_large", "the header is too large"};
constexpr Refusal kTooManyFields{431, "header_too_large", "too many header fields"};
constexpr Refusal kBadField{400, "bad_request", "a header field name has a character not allowed"};
constexpr Refusal kBadValue{400, "bad_request", "a header field value is not plain ASCII text"};
constexpr Refusal kTwice{400, "bad_request", "a header field occurs twice that may occur once"};
constexpr Refusal kNoHost{400, "bad_request", "a request needs exactly one Host field"};
constexpr Refusal kBadHost{400, "bad_request", "malformed Host field"};
constexpr Refusal kBadLength{400, "bad_request", "Content-Length must be one decimal number"};
constexpr Refusal kBadCoding{400, "bad_request", "Transfer-Encoding may only be `chunked`, once"};
constexpr Refusal kTwoLengths{400, "bad_request",
                              "Transfer-Encoding excludes Content-Length and HTTP/1.0"};
constexpr Refusal kBadExpect{417, "expectation_failed", "Expect may only be `100-continue`"};

std::string_view std_view(BeastView text) { return {text.data(), text.size()}; }

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] | 0x20) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

bool is_plain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < ' ' && c != '\t') || byte >= 0x7f) return false;
  }
  return true;
}

bool is_field_name(std::string_view name) {
  for (const char c : name) {
    const bool letter_or_digit =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter_or_digit && c != '-') return false;
  }
  return true;
}

Method method_of(std::string_view text) {
  if (text == "GET") return Method::get;
  if (text == "POST") return Method::post;
  if (text == "HEAD") return Method::head;
  if (text == "PUT") return Method::put;
  if (text == "PATCH") return Method::patch;
  if (text == "DELETE") return Method::delete_;
  if (text == "OPTIONS") return Method::options;
  return Method::other;
}

std::optional<std::size_t> read_length(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::size_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

// What one header says. `refusal` is the first fault found.
struct Header {
  Request request;
  std::optional<std::string_view> host, content_length, transfer_encoding, expect;
  std::span<Field> ce_room;        // where ce_fields go
  index::Buffer* names = nullptr;  // their names in lower case; reserved, so that none moves
  std::size_t ce_count = 0;
  bool list_twice_accept = false;
  bool list_twice_if_none_match = false;
  std::optional<Refusal> refusal;
};

// Beast's parser without a field container: each field goes where it belongs. Bodies are ours
// (`skip`), because Beast would need the body bytes in the same call or a copy.
class HeaderReader final : public http::basic_parser<true> {
 public:
  explicit HeaderReader(Header& header) : header_(header) { skip(true); }

 private:
  void refuse(const Refusal& refusal, error_code& ec) {
    header_.refusal = refusal;
    ec = http::error::bad_field;
  }
  void once(std::string_view& field, std::string_view value, error_code& ec) {
    if (field.data() != nullptr) return refuse(kTwice, ec);
    field = value;
  }
  void once(std::optional<std::string_view>& field, std::string_view value, const Refusal& refusal,
            error_code& ec) {
    if (field) return refuse(refusal, ec);
    field = value;
  }
  static void list(std::string_view& field, bool& twice, std::string_view value) {
    twice = twice || field.data() != nullptr;
    field = twice ? std::string_view("") : value;
  }

  void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                       error_code&) override {
    header_.request.method_text = std_view(method);
    header_.request.method = method_of(std_view(method));
    header_.request.target = std_view(target);
    header_.request.http10 = version == 10;
  }

  void on_field_impl(http::field field, BeastView name, BeastView beast_value,
                     error_code& ec) override {
    Request& request = header_.request;
    const std::string_view value = std_view(beast_value);
    if (!is_field_name(std_view(name))) return refuse(kBadField, ec);
    if (!is_plain(value)) return refuse(kBadValue, ec);
    switch (field) {
      case http::field::host: return once(header_.host, value, kNoHost, ec);
      case http::field::content_length: return once(header_.content_length, value, kBadLength, ec);
      case http::field::transfer_encoding:
        return once(header_.transfer_encoding, value, kBadCoding, ec);
      case http::field::expect: return once(header_.expect, value, kBadExpect, ec);
      case http::field::origin: return once(request.origin, value, ec);
      case http::field::authorization: return once(request.authorization, value, ec);
      case http::field::content_type: return once(request.content_type, value, ec);
      case http::field::content_encoding: return once(request.content_encoding, value, ec);
      case http::field::if_match: return once(request.if_match, value, ec);
      case http::field::user_agent: return once(request.user_agent, value, ec);
      case http::field::accept: return list(request.accept, header_.list_twice_accept, value);
      case http::field::if_none_match:
        return list(request.if_none_match, header_.list_twice_if_none_match, value);
      default: break;
    }
    on_other_field(std_view(name), value, ec);
  }

  void on_other_field(std::string_view name, std::string_view value, error_code& ec) {
    Request& request = header_.request;
    if (equal_ignoring_case(name, "x-request-id")) return once(request.request_id, value, ec);
    if (equal_ignoring_case(name, "traceparent")) return once(request.traceparent, value, ec);
    if (equal_ignoring_case(name, "idempotency-key"))
      return once(request.idempotency_key, value, ec);
    if (equal_ignoring_case(name, "last-event-id")) return once(request.last_event_id, value, ec);
    if (name.size() > 3 && equal_ignoring_case(name.substr(0, 3), "ce-"))
      return on_ce_field(name, value, ec);
  }

  void on_ce_field(std::string_view name, std::string_view value, error_code& ec) {
    char* const lower = header_.names->data() + header_.names->size();
    for (std::size_t i = 0; i < name.size(); ++i)
      lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] | 0x20) : name[i];
    header_.names->advance(name.size());
    const Field field{{lower, name.size()}, value};
    for (const Field& earlier : header_.ce_room.first(header_.ce_count))
      if (earlier.name == field.name) return refuse(kTwice, ec);
    header_.ce_room[header_.ce_count++] = field;
  }

  void on_header_impl(error_code&) override { header_.request.keep_alive = keep_alive(); }
  // What a request parser never calls, or never with the body skipped.
  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastView, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  Header& header_;
};

Refusal refusal_of(const error_code& error) {
  if (error == http::error::bad_content_length) return kBadLength;
  if (error == http::error::bad_transfer_encoding) return kTwoLengths;
  if (error == http::error::bad_version) return kBadVersion;
  if (error == http::error::bad_line_ending) return kBadLine;
  if (error == http::error::bad_value) return kBadValue;
  if (error == http::error::bad_field) return kBadField;
  return kBadRequest;
}

// The checks Beast leaves to us; they need the whole header.
std::optional<Refusal> check_framing(const Header& header) {
  if (!header.host && !header.request.http10) return kNoHost;
  if (header.host && !is_authority(*header.host)) return kBadHost;
  if (header.transfer_encoding) {
    if (header.content_length || header.request.http10) return kTwoLengths;
    if (!equal_ignoring_case(*header.transfer_encoding, "chunked")) return kBadCoding;
  }
  if (header.content_length && !read_length(*header.content_length)) return kBadLength;
  if (header.expect && !equal_ignoring_case(*header.expect, "100-continue")) return kBadExpect;
  return std::nullopt;
}

}  // namespace

Body take_body(const Request& request) {
  CONCORD_ASSERT(request.stored_body != nullptr && !request.stored_body->taken);
  Body out = std::move(*request.stored_body);
  if (out.bytes.size() == 0) out.bytes.append(request.body);
  *request.stored_body = {};
  request.stored_body->taken = true;
  return out;
}

struct RequestParser::State {
  HttpLimits limits;
  Refusal refusal;
  Header header;
  Target target;
  BodyFraming framing;
  std::size_t head_size = 0;
  std::vector<Field> ce_fields;
  index::Buffer ce_names;
};

RequestParser::RequestParser(HttpLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
  state_->ce_fields.resize(limits.fields_max);
}
RequestParser::~RequestParser() = default;

const Refusal& RequestParser::refusal() const { return state_->refusal; }
const BodyFraming& RequestParser::framing() const { return state_->framing; }
std::size_t RequestParser::head_size() const { return state_->head_size; }

RequestParser::Outcome RequestParser::read_head(std::string_view bytes, HeadProgress& progress,
                                                Request& request) {
  const Outcome outcome = scan_head(bytes, progress);
  if (outcome != Outcome::complete) return outcome;
  if (!read_fields(bytes.substr(progress.skipped, progress.scanned - progress.skipped)))
    return Outcome::refused;
  state_->head_size = progress.scanned;
  fill(request);
  return Outcome::complete;
}

void RequestParser::read_again(std::string_view head, Request& request) {
  if (head.starts_with("\r\n")) head.remove_prefix(2);
  const bool again = read_fields(head);
  CONCORD_ASSERT(again);
  fill(request);
}

void RequestParser::fill(Request& request) {
  State& state = *state_;
  request = state.header.request;
  request.host = state.header.host.value_or("");
  request.path = state.target.path();
  request.segments = state.target.segments();
  request.parameters = state.target.parameters();
  request.ce_fields = std::span(state.ce_fields).first(state.header.ce_count);
}

// Line by line up to the empty one, so that a slow sender costs no second look at a byte and a
// wrong line is refused when it ends.
RequestParser::Outcome RequestParser::scan_head(std::string_view bytes, HeadProgress& progress) {
  State& state = *state_;
  const auto refuse = [&state](const Refusal& refusal) {
    state.refusal = refusal;
    return Outcome::refused;
  };
  const std::size_t request_line_max =
      state.limits.uri_bytes_max + kMethodBytesMax + 1 + kVersionEnd.size();
  for (;;) {
    const bool first = progress.lines == 0;
    const std::size_t line_max =
        first ? request_line_max
              : state.limits.header_bytes_max - (progress.line_start - progress.skipped);
    const void* const found =
        progress.scanned == bytes.size()
            ? nullptr
            : std::memchr(bytes.data() + progress.scanned, '\n', bytes.size() - progress.scanned);
    const std::size_t line_end =
        found == nullptr
            ? bytes.size()
            : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
    progress.scanned = line_end;
    const std::string_view line = bytes.substr(progress.line_start, line_end - progress.line_start);
    if (first && !line.empty() && line[0] != '\r' && (line[0] < 'A' || line[0] > 'Z'))
      return refuse(kBadMethod);
    if (line.size() > line_max) return refuse(first ? kUriTooLong : kHeaderTooLarge);
    if (found == nullptr) return Outcome::need_more;
    progress.line_start = line_end;
    if (line == "\r\n") {
      if (!first) return Outcome::complete;
      if (progress.skipped > 0) return refuse(kBadRequest);
      progress.skipped = line_end;  // RFC 9112, 2.2: ignore one empty line before a request
      continue;
    }
    if (!check_line(line, first)) return Outcome::refused;
    if (++progress.lines > state.limits.fields_max + 1) return refuse(kTooManyFields);
  }
}

// What can be said of one whole line alone.
bool RequestParser::check_line(std::string_view line, bool first) {
  State& state = *state_;
  const auto refuse = [&state](const Refusal& refusal) {
    state.refusal = refusal;
    return false;
  };
  if (!line.ends_with("\r\n")) return refuse(kBadLine);
  if (line[0] == ' ' || line[0] == '\t') return refuse(kFolded);
  if (!first) return true;
  const std::size_t method_end = line.find(' ');
  for (const char c : line.substr(0, method_end))
    if (c < 'A' || c > 'Z') return refuse(kBadMethod);
  if (method_end > kMethodBytesMax) return refuse(kBadMethod);
  const std::size_t target_end = line.find(' ', method_end + 1);
  if (target_end == std::string_view::npos) return refuse(kBadRequest);
  if (target_end - method_end - 1 > state.limits.uri_bytes_max) return refuse(kUriTooLong);
  const std::string_view version = line.substr(target_end);
  if (!version.starts_with(" HTTP/")) return refuse(kBadRequest);
  if (version != " HTTP/1.1\r\n" && version != " HTTP/1.0\r\n") return refuse(kBadVersion);
  return true;
}

bool RequestParser::read_fields(std::string_view header) {
  State& state = *state_;
  state.header = Header{};
  state.header.ce_room = state.ce_fields;
  state.ce_names.clear();
  state.ce_names.reserve_more(header.size());
  state.header.names = &state.ce_names;
  HeaderReader reader(state.header);
  reader.header_limit(static_cast<std::uint32_t>(header.size() + 1));
  error_code error;
  std::size_t used = 0;
  while (!error && !reader.is_done())
    used +=
        reader.put(boost::asio::const_buffer(header.data() + used, header.size() - used), error);
  if (!error && used != header.size()) state.header.refusal = kBadRequest;
  if (!error && !state.header.refusal) {
    state.header.refusal = check_framing(state.header);
    if (!state.header.refusal && !state.target.read(state.header.request.target))
      state.header.refusal = Refusal{400, "bad_request", state.target.why()};
    if (!state.header.refusal && state.target.path() == "*" &&
        state.header.request.method != Method::options)
      state.header.refusal = kBadRequest;
  }
  if (error && !state.header.refusal) state.header.refusal = refusal_of(error);
  if (state.header.refusal) {
    state.refusal = *state.header.refusal;
    return false;
  }
  state.framing.chunked = state.header.transfer_encoding.has_value();
  state.framing.content_length = read_length(state.header.content_length.value_or("0")).value_or(0);
  state.framing.wants_continue = state.header.expect.has_value() && !state.header.request.http10;
  return true;
}

}  // namespace concord::server

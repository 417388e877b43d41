#include "server/response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "index/base/assert.h"
#include "index/base/time.h"

namespace concord::server {
namespace {

void append_number(index::Buffer& out, std::size_t value) {
  char* const to = out.reserve_more(20);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 20, value).ptr - to));
}

void write_two(char* to, std::int64_t value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

void Response::reset() {
  status = 200;
  content_type = kJson;
  route = {};
  body.clear();
  fields_.clear();
  close = false;
  later.reset();
  later_ms_max = 0;
  stream.reset();
}

void Response::field(std::string_view name, std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  CONCORD_ASSERT(std::none_of(name.begin(), name.end(), is_control));
  CONCORD_ASSERT(std::none_of(value.begin(), value.end(), is_control));
  fields_.append(name);
  fields_.append(": ");
  fields_.append(value);
  fields_.append("\r\n");
}

std::string_view reason_of(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 207: return "Multi-Status";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

void write_problem(index::JsonWriter& json, const Problem& problem) {
  constexpr std::array<std::string_view, 3> kWhere{"pointer", "parameter", "header"};
  json.key("type").string(std::string("/errors/").append(problem.code));
  json.key("title").string(problem.title.empty() ? reason_of(problem.status) : problem.title);
  json.key("status").integer(problem.status);
  json.key("code").string(problem.code);
  json.key("detail").string(problem.detail);
  json.key("errors").begin_array();
  for (const ProblemItem& item : problem.errors) {
    json.begin_object();
    json.key(kWhere[static_cast<std::size_t>(item.where)]).string(item.place);
    json.key("detail").string(item.detail);
    json.end_object();
  }
  json.end_array();
}

void fill_problem(Response& response, const Problem& problem) {
  response.status = problem.status;
  response.content_type = kProblemJson;
  response.body.clear();
  index::JsonWriter json(response.body);
  json.begin_object();
  write_problem(json, problem);
  json.end_object();
}

std::string_view DateText::at(std::int64_t unix_seconds) {
  if (unix_seconds != seconds_) {
    constexpr const char* kDays = "ThuFriSatSunMonTueWed";  // 1970-01-01 was a Thursday
    constexpr const char* kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    seconds_ = unix_seconds;
    const std::int64_t days = unix_seconds / 86'400;
    const std::int64_t in_day = unix_seconds % 86'400;
    const index::CivilDate date = index::civil_from_days(days);
    std::memcpy(text_, "Thu, 01 Jan 1970 00:00:00 GMT", sizeof text_);
    std::memcpy(text_, kDays + (days % 7) * 3, 3);
    write_two(text_ + 5, date.day);
    std::memcpy(text_ + 8, kMonths + (date.month - 1) * 3, 3);
    write_two(text_ + 12, date.year / 100);
    write_two(text_ + 14, date.year % 100);
    write_two(text_ + 17, in_day / 3600);
    write_two(text_ + 20, in_day / 60 % 60);
    write_two(text_ + 23, in_day % 60);
  }
  return {text_, sizeof text_};
}

void append_head(index::Buffer& out, const Response& response, std::string_view date,
                 ConnectionField connection, BodyEnd end) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.push(' ');
  out.append(reason_of(response.status));
  if (may_have_body(response.status)) {
    out.append("\r\nContent-Type: ");
    out.append(response.content_type);
    if (end == BodyEnd::chunk) out.append("\r\nTransfer-Encoding: chunked");
    if (end == BodyEnd::length) {
      out.append("\r\nContent-Length: ");
      append_number(out, response.body.size());
    }
  }
  out.append("\r\nDate: ");
  out.append(date);
  if (connection == ConnectionField::close) out.append("\r\nConnection: close");
  if (connection == ConnectionField::keep_alive) out.append("\r\nConnection: keep-alive");
  out.append("\r\n");
  out.append(response.fields());
  out.append("\r\n");
}

}  // namespace concord::server

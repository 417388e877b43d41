#include "server/target.h"

#include <algorithm>

#include "index/base/json_writer.h"

namespace concord::server {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Visible ASCII without the four characters that no client leaves as they are.
constexpr bool is_target_char(char c) {
  return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>' && c != '#';
}

constexpr bool is_host_char(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit))
    return false;
  int port = 0;
  for (const char c : text) port = port * 10 + (c - '0');
  return port <= 65535;
}

bool starts_with_scheme(std::string_view text, std::string_view scheme) {
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(), [](char want, char got) {
           return want == (is_letter(got) ? static_cast<char>(got | 0x20) : got);
         });
}

}  // namespace

bool is_authority(std::string_view text) {
  std::size_t end = 0;
  if (!text.empty() && text[0] == '[') {
    end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const std::string_view inner = text.substr(1, end - 1);
    if (!std::all_of(inner.begin(), inner.end(),
                     [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; }))
      return false;
    ++end;
  } else {
    while (end < text.size() && is_host_char(text[end])) ++end;
    if (end == 0) return false;
  }
  if (end == text.size()) return true;
  return text[end] == ':' && is_port(text.substr(end + 1));
}

bool Target::refuse(std::string_view why) {
  why_ = why;
  return false;
}

bool Target::read(std::string_view text) {
  segment_count_ = parameter_count_ = 0;
  decoded_.clear();
  decoded_.reserve_more(text.size());
  path_ = text;
  if (text == "*") return true;
  if (!std::all_of(text.begin(), text.end(), is_target_char))
    return refuse("target: percent-encode everything but visible ASCII");
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_scheme(text, scheme)) continue;
    text.remove_prefix(scheme.size());
    const std::size_t path_at = std::min(text.find_first_of("/?"), text.size());
    if (!is_authority(text.substr(0, path_at))) return refuse("target: bad host");
    text.remove_prefix(path_at);
    if (text.empty() || text[0] == '?') {
      path_ = "/";
      segments_[0] = {};
      segment_count_ = 1;
      return text.empty() || read_query(text.substr(1));
    }
    break;
  }
  if (text.empty() || text[0] != '/') return refuse("target: must start with /");
  const std::size_t query_at = text.find('?');
  path_ = text.substr(0, query_at);
  if (!read_path(path_)) return false;
  return query_at == std::string_view::npos || read_query(text.substr(query_at + 1));
}

bool Target::read_path(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    if (segment_count_ == kSegmentsMax) return refuse("target: too many path segments");
    const auto segment = decode(path.substr(0, end), false);
    if (!segment) return false;
    segments_[segment_count_++] = *segment;
    path.remove_prefix(end);
  }
  return true;
}

bool Target::read_query(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == query.size() ? end : end + 1);
    if (pair.empty()) continue;
    if (parameter_count_ == kParametersMax) return refuse("target: too many query parameters");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decode(pair.substr(0, equals), true);
    if (!name) return false;
    const auto value = decode(pair.substr(equals == pair.size() ? equals : equals + 1), true);
    if (!value) return false;
    parameters_[parameter_count_++] = {*name, *value};
  }
  return true;
}

std::optional<std::string_view> Target::decode(std::string_view text, bool plus_is_space) {
  const auto needs_work = [plus_is_space](char c) {
    return c == '%' || (plus_is_space && c == '+');
  };
  if (std::none_of(text.begin(), text.end(), needs_work)) return text;
  char* const begin = decoded_.data() + decoded_.size();
  char* to = begin;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0) {
        refuse("target: % must be followed by two hex digits");
        return std::nullopt;
      }
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') {
        refuse("target: %00 is not allowed");
        return std::nullopt;
      }
      i += 2;
    }
    *to++ = c;
  }
  const std::string_view result(begin, static_cast<std::size_t>(to - begin));
  decoded_.advance(result.size());
  if (index::is_utf8(result)) return result;
  refuse("target: percent-encoded text is not UTF-8");
  return std::nullopt;
}

}  // namespace concord::server

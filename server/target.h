// The target of a request: path segments and query parameters, percent-decoded.
// In the path `+` is itself. In the query `+` is a space, because every form encoder writes spaces
// so, and %2B is a plus: write a phone number as `phone:%2B4930…` there.
// Decoded text is UTF-8 without NUL. Thread class: one-owner.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "index/base/buffer.h"

namespace concord::server {

struct Parameter {
  std::string_view name;
  std::string_view value;
};

inline constexpr std::size_t kSegmentsMax = 16;
inline constexpr std::size_t kParametersMax = 64;

/// Views into the text given to `read` and into this object: valid until the next `read`.
class Target {
 public:
  /// Takes the origin form (`/v1/customers?limit=3`), the absolute form (`http://host/…`; its host
  /// counts for nothing here) or `*`. False when it is malformed; `why` then says how.
  bool read(std::string_view text);

  [[nodiscard]] std::string_view path() const { return path_; }  // as sent
  /// "/v1/customers/a%20b" → v1, customers, "a b". A trailing slash is an empty last segment.
  [[nodiscard]] std::span<const std::string_view> segments() const {
    return {segments_.data(), segment_count_};
  }
  /// In the order sent; a name may occur more than once.
  [[nodiscard]] std::span<const Parameter> parameters() const {
    return {parameters_.data(), parameter_count_};
  }
  [[nodiscard]] std::string_view why() const { return why_; }

 private:
  bool refuse(std::string_view why);
  bool read_path(std::string_view path);
  bool read_query(std::string_view query);
  std::optional<std::string_view> decode(std::string_view text, bool plus_is_space);

  std::string_view path_;
  std::array<std::string_view, kSegmentsMax> segments_{};
  std::array<Parameter, kParametersMax> parameters_{};
  std::size_t segment_count_ = 0;
  std::size_t parameter_count_ = 0;
  std::string_view why_;
  index::Buffer decoded_;  // reserved as a whole before decoding, so that no view moves
};

/// `host`, `host:port`, `1.2.3.4:80`, `[::1]:80`: what a Host field or an absolute target may name.
bool is_authority(std::string_view text);

}  // namespace concord::server

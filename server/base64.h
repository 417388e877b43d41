// Base64 (RFC 4648), strictly: what two readers could read in two ways is refused.
// Thread class: any-thread (pure functions).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace concord::server {

/// Empty when `text` is not Base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace concord::server

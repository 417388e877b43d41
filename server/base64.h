// Base64 (RFC 4648), strictly: what two readers could read in two ways is refused.
// Thread class: any-thread (pure function).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace concord::server {

/// Empty when `text` is not Base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace concord::server

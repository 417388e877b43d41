// Compressed bodies for tests, by zlib's other half. Thread class: any-thread (pure functions).
#pragma once
#include <string>
#include <string_view>

namespace concord::server {

std::string gzip_of(std::string_view bytes);
std::string zlib_of(std::string_view bytes);
/// Neither frame nor checksum.
std::string raw_deflate_of(std::string_view bytes);

}  // namespace concord::server

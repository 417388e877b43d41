#include "index/base/hash.h"

#include <sodium.h>
#include <xxhash.h>

#include "index/base/assert.h"

namespace concord::index {

std::uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

Hash128 blake2b_128(std::string_view bytes) {
  std::array<unsigned char, 16> out{};
  const int rc = crypto_generichash(out.data(), out.size(),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    bytes.size(), nullptr, 0);
  CONCORD_ASSERT(rc == 0);
  Hash128 hash;
  for (std::size_t i = 0; i < 8; ++i) {
    hash.high = (hash.high << 8) | out[i];
    hash.low = (hash.low << 8) | out[8 + i];
  }
  return hash;
}

Hash128 random_128() {
  Hash128 drawn;
  randombytes_buf(&drawn, sizeof drawn);
  return drawn;
}

struct Blake2b::State {
  crypto_generichash_state inner;
};

Blake2b::Blake2b() : state_(std::make_unique<State>()) {
  CONCORD_ASSERT(crypto_generichash_init(&state_->inner, nullptr, 0, 32) == 0);
}
Blake2b::~Blake2b() = default;

void Blake2b::add(std::string_view bytes) {
  CONCORD_ASSERT(crypto_generichash_update(&state_->inner,
                                           reinterpret_cast<const unsigned char*>(bytes.data()),
                                           bytes.size()) == 0);
}

std::string Blake2b::finish_hex() {
  std::array<unsigned char, 32> out{};
  CONCORD_ASSERT(crypto_generichash_final(&state_->inner, out.data(), out.size()) == 0);
  std::string hex(64, '0');
  constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < out.size(); ++i) {
    hex[2 * i] = kHex[out[i] >> 4];
    hex[2 * i + 1] = kHex[out[i] & 15];
  }
  return hex;
}

}  // namespace concord::index

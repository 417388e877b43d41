// The sum over a record's tails after an event: by the difference, where that can be told without
// looking at the tails that stayed. Thread class: one-owner.
#pragma once
#include <span>
#include <string_view>

#include "index/snapshot/tail.h"

namespace concord::index {

/// Adds up the tails; empty when there are none. The bytes lie in `builder`.
std::string_view sum_tails(std::span<const EncodedTail> tails,
                           flatbuffers::FlatBufferBuilder& builder);

/// What sum_tails(now) gives, made of the sum over the tails of `before` and the tails that are not
/// in both; empty when the difference does not tell (the newest of something is gone) or there are
/// no tails before or after. The bytes lie in `builder`. Requires: the tails of `now` that are not
/// new are tails of `before`, in their order.
std::string_view sum_changed(const StoredRecord& before, std::span<const EncodedTail> now,
                             flatbuffers::FlatBufferBuilder& builder);

}  // namespace concord::index

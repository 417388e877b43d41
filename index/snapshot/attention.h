// `attention` of the context answer: what is open or due, worst first.
// Thread class: any-thread (pure functions).
#pragma once
#include "index/snapshot/context.h"

namespace concord::index {

void write_attention(JsonWriter& out, const Customer& customer, UnixMillis as_of);

}  // namespace concord::index

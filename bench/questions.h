// The in-process questions: each file registers its benchmarks for every size of base.
// Thread class: one-owner.
#pragma once
#include "bench/world.h"

namespace concord::bench {

void register_context(const Bases& bases);
void register_decide(const Bases& bases);
void register_decide_sizes(const Bases& bases);
void register_decide_all(const Bases& bases);
void register_search(const Bases& bases);
void register_open(const Bases& bases);
void register_reindex(const Bases& bases);

}  // namespace concord::bench

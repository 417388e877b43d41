// How likely, the slow way: one predictor and one tree node at a time.
// Thread class: any-thread (a function).
#pragma once
#include <cstdint>
#include <vector>

#include "scoring/model.h"
#include "tests/oracle/judge_facts.h"

namespace concord::oracle {

/// Requires: a number for every feature the model asks about.
std::int64_t likelihood(const scoring::Model& model, const std::vector<Number>& features);

}  // namespace concord::oracle

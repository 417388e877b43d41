// What belongs to no customer: releases and the pages of the handbook.
// Thread class: one-owner.
#pragma once
#include "datasets/generate/sink.h"
#include "datasets/generate/world.h"

namespace concord::datasets {

void tell_releases(const World& world, Sink& out);
/// Process pages, sales sheets and policies, each in both languages.
void tell_handbook(Sink& out);

}  // namespace concord::datasets

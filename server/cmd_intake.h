// What `concord serve` takes events in with: the sources and mappings of --sources, and the desk
// over the live base. Thread class: one-owner.
#pragma once
#include <memory>

#include "datasets/import/live_mapper.h"
#include "server/cmd_program.h"
#include "server/intake_desk.h"

namespace concord::server {

class ServeIntake {
 public:
  ServeIntake();
  ~ServeIntake();
  /// Reads --sources. Returns an exit code; what is wrong is said.
  int read(const Program& program);
  /// Begins to take in. Before the first metrics slot; `live` outlives stop().
  IntakeDesk& start(const Program& program, index::Live& live, Metrics& metrics);
  /// Finishes what has begun. After the listener, before the live base.
  void stop() { desk_.reset(); }

 private:
  class Mapping;
  std::unique_ptr<Mapping> mapping_;  // null: no --sources
  std::unique_ptr<IntakeDesk> desk_;
};

}  // namespace concord::server

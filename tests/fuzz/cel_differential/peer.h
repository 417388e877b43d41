// The other evaluator in a process of its own: peer.mjs run by node. Thread class: one-owner.
#pragma once
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "index/base/result.h"

namespace concord::test {

class Peer {
 public:
  ~Peer();
  /// `folder` has peer.mjs beside its node_modules. Errors: io_error (node cannot be started).
  static index::Result<std::unique_ptr<Peer>> start(const std::string& folder);
  /// One answer for each line. Errors: io_error (it died, or said something else).
  index::Result<std::vector<std::string>> ask(const std::vector<std::string>& lines);

 private:
  Peer() = default;
  int pid_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

/// Copies peer.mjs and its package files into `folder` and lets npm install there, unless it has
/// already. Empty: it is ready; else why not (no node, no npm, no network).
std::string install_peer(const std::string& source_folder, const std::string& folder);

}  // namespace concord::test

// The commands about policy sets, wired by cmd_policy.cc. Thread class: any-thread (functions).
#pragma once
#include <string>

#include "server/cmd_program.h"

namespace concord::server {

struct ExplainAsk {
  std::string folder;
  std::string action;
  std::string customer;  // a key; empty: the rule alone
  std::string channel, direction, intent;
};

/// What an action needs, and with a customer why it was or was not chosen. An exit code.
int explain_policy(Program& program, const ExplainAsk& ask);

}  // namespace concord::server

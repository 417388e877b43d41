#include <cstdio>

#include "index/base/buffer.h"
#include "index/base/json_reader.h"
#include "index/base/limits.h"
#include "scoring/plain_words.h"
#include "server/client.h"
#include "server/cmd_ask.h"
#include "server/cmd_policy.h"
#include "server/cmd_show.h"

namespace concord::server {
namespace {

using index::Result;

std::string target_of(const ExplainAsk& ask) {
  std::string target =
      "/v1/customers/" + percent_encoded(ask.customer) +
      "/next-best-action?explain=dropped&limit=" + std::to_string(index::kTimelineLimitMax);
  const std::pair<const char*, const std::string*> options[] = {
      {"channel", &ask.channel}, {"direction", &ask.direction}, {"intent", &ask.intent}};
  for (const auto& [name, value] : options)
    if (!value->empty())
      target.append("&").append(name).append("=").append(percent_encoded(*value));
  return target;
}

/// The customer's answer: decided in this process by the set in the folder (--data), or by a
/// service with the set it has. A negative status: an exit code, said already.
Result<ClientAnswer> answer_for(Program& program, const ExplainAsk& ask, int& exit_code) {
  Settings& settings = program.settings;
  exit_code = kExitOk;
  if (settings.origin("data") != Origin::flag)
    return http_get(settings.text("url"), target_of(ask), settings.text("token"),
                    settings.number("timeout-ms"));
  if (auto set = settings.set_flag("policy", ask.folder); !set) return index::fail(set.error());
  Progress progress;
  OpenBase base;
  exit_code = base.open(program, progress);
  if (exit_code != kExitOk) return ClientAnswer{};
  return ask_in_process(base.service(), target_of(ask));
}

std::string version_in(const std::string& answer) {
  index::JsonReader reader;
  const auto root = reader.parse(answer);
  const auto version = root ? root->find("policy_version") : std::nullopt;
  const auto text = version ? version->as_string() : std::nullopt;
  return text ? std::string(*text) : std::string();
}

void print_words(const std::vector<scoring::ActionWords>& words) {
  for (const scoring::ActionWords& one : words) {
    std::printf("%.*s\n", static_cast<int>(one.about.size()), one.about.data());
    for (const std::string& line : one.lines) std::printf("  %s\n", line.c_str());
  }
}

void print_json(const scoring::Policy& policy, const ExplainAsk& ask,
                const std::vector<scoring::ActionWords>& words, const std::string& answer) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object().key("policy_version").string(policy.version());
  out.key("action").string(ask.action).key("needs").begin_array();
  for (const scoring::ActionWords& one : words) {
    out.begin_object().key("about").string(one.about).key("lines").begin_array();
    for (const std::string& line : one.lines) out.string(line);
    out.end_array().end_object();
  }
  out.end_array();
  if (!answer.empty()) out.key("answer").raw(answer);
  out.end_object();
  std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

}  // namespace

int explain_policy(Program& program, const ExplainAsk& ask) {
  const auto policy = scoring::load_policy(ask.folder);
  if (!policy) return report(program, policy.error());
  const auto action = scoring::find_action(**policy, ask.action);
  if (!action) return report(program, action.error());
  ClientAnswer answer;
  if (!ask.customer.empty()) {
    int exit_code = kExitOk;
    auto got = answer_for(program, ask, exit_code);
    if (!got) return report(program, got.error());
    if (exit_code != kExitOk) return exit_code;
    answer = std::move(*got);
    if (answer.status != 200) {
      std::fputs(program.json ? answer.body.c_str() : show_problem(answer.body).c_str(), stderr);
      return kExitFailure;
    }
  }
  const std::vector<scoring::ActionWords> words = scoring::explain_action(**policy, *action);
  if (program.json) {
    print_json(**policy, ask, words, answer.body);
    return kExitOk;
  }
  print_words(words);
  if (answer.body.empty()) return kExitOk;
  std::fputs(show_fate(answer.body, ask.action).c_str(), stdout);
  if (const std::string version = version_in(answer.body); version != (*policy)->version())
    std::printf("mind: the service decided by set %s, what is said above is set %s\n",
                version.c_str(), std::string((*policy)->version()).c_str());
  return kExitOk;
}

}  // namespace concord::server

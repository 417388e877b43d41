// concord policy check, explain, diff: a policy set looked at before it decides anything.
#include "server/cmd_policy.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "index/base/buffer.h"
#include "index/base/json_writer.h"
#include "scoring/policy.h"
#include "scoring/policy_diff.h"
#include "scoring/policy_notes.h"

namespace concord::server {
namespace {

using Number = unsigned long long;

void print_line(const index::Buffer& buffer) {
  std::printf("%.*s\n", static_cast<int>(buffer.size()), buffer.data());
}

// ---- check

struct CheckAsk {
  std::vector<std::string> folders;
  bool strict = false;
};

void write_check(index::JsonWriter& out, const std::string& folder,
                 const scoring::PolicyCheck& check, const std::vector<scoring::PolicyNote>& notes) {
  out.begin_object().key("folder").string(folder);
  out.key("right").boolean(check.policy != nullptr);
  if (check.policy != nullptr) {
    const scoring::PolicySize size = scoring::policy_size(*check.policy);
    out.key("policy_version").string(check.policy->version());
    out.key("actions").unsigned_integer(size.actions);
    out.key("treatments").unsigned_integer(size.treatments);
    out.key("groups").unsigned_integer(size.groups);
    out.key("issues").unsigned_integer(size.issues);
    out.key("features").unsigned_integer(size.features);
    out.key("models").unsigned_integer(size.models);
    out.key("conditions").unsigned_integer(size.conditions);
    out.key("block_rules").unsigned_integer(size.block_rules);
    out.key("contact_rules").unsigned_integer(size.contact_rules);
  }
  out.key("mistakes").begin_array();
  for (const index::Error& one : check.mistakes) {
    out.begin_object().key("code").string(name_of(one.code)).key("place").string(one.place);
    out.key("detail").string(one.detail).end_object();
  }
  out.end_array().key("notes").begin_array();
  for (const scoring::PolicyNote& one : notes)
    out.begin_object().key("about").string(one.about).key("text").string(one.text).end_object();
  out.end_array().end_object();
}

void print_check(const std::string& folder, const scoring::PolicyCheck& check,
                 const std::vector<scoring::PolicyNote>& notes) {
  for (const index::Error& one : check.mistakes)
    std::printf("%s/%s\n", folder.c_str(), one.text().c_str());
  if (check.policy == nullptr) {
    std::printf("%s: %llu mistake%s\n", folder.c_str(), static_cast<Number>(check.mistakes.size()),
                check.mistakes.size() == 1 ? "" : "s");
    return;
  }
  for (const scoring::PolicyNote& one : notes)
    std::printf("note: %s: %s\n", one.about.c_str(), one.text.c_str());
  const scoring::PolicySize size = scoring::policy_size(*check.policy);
  std::printf(
      "%s: right. Version %s: %llu actions with %llu treatments, %llu features, %llu models, "
      "%llu conditions, %llu block rules, %llu contact rules; %llu notes\n",
      folder.c_str(), std::string(check.policy->version()).c_str(),
      static_cast<Number>(size.actions), static_cast<Number>(size.treatments),
      static_cast<Number>(size.features), static_cast<Number>(size.models),
      static_cast<Number>(size.conditions), static_cast<Number>(size.block_rules),
      static_cast<Number>(size.contact_rules), static_cast<Number>(notes.size()));
}

int check(const Program& program, const CheckAsk& ask) {
  bool right = true;
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object().key("sets").begin_array();
  for (const std::string& folder : ask.folders) {
    const scoring::PolicyCheck checked = scoring::check_policy(folder);
    std::vector<scoring::PolicyNote> notes;
    if (checked.policy != nullptr) notes = scoring::policy_notes(*checked.policy);
    right = right && checked.policy != nullptr && (!ask.strict || notes.empty());
    if (program.json)
      write_check(out, folder, checked, notes);
    else
      print_check(folder, checked, notes);
  }
  out.end_array().key("right").boolean(right).end_object();
  if (program.json) print_line(buffer);
  return right ? kExitOk : kExitFailure;
}

// ---- diff

struct DiffAsk {
  std::string before, after;
  bool exit_code = false;
};

void print_diff_json(const scoring::PolicyDiff& diff) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  out.key("before").string(diff.before_version).key("after").string(diff.after_version);
  out.key("changes").begin_array();
  for (const scoring::PolicyChange& one : diff.changes) {
    out.begin_object().key("change").string(word(one.kind));
    out.key("what").string(one.what).key("name").string(one.name);
    if (!one.title.empty()) out.key("title").string(one.title);
    if (!one.key.empty()) out.key("key").string(one.key);
    if (!one.before.empty()) out.key("before").string(one.before);
    if (!one.after.empty()) out.key("after").string(one.after);
    out.key("words").string(one.words).end_object();
  }
  out.end_array().end_object();
  print_line(buffer);
}

/// "action sales/quote/extend (Extend a quote that ends soon)".
std::string heading_of(const scoring::PolicyChange& one) {
  std::string out = one.what;
  if (!one.name.empty()) out += " " + one.name;
  if (!one.title.empty()) out += " (" + one.title + ")";
  return out;
}

void print_diff(const scoring::PolicyDiff& diff) {
  std::string heading;
  std::size_t counts[3] = {};
  for (const scoring::PolicyChange& one : diff.changes) {
    const std::string its = heading_of(one);
    const bool again = its == heading;
    heading = its;
    if (one.kind != scoring::PolicyChange::Kind::changed) {
      std::printf("%s: %s\n", its.c_str(), one.words.c_str());
    } else {
      if (!again) std::printf("%s\n", its.c_str());
      std::printf("  %s\n", one.words.c_str());
    }
    if (!again) ++counts[static_cast<std::size_t>(one.kind)];
  }
  if (diff.before_version == diff.after_version)
    std::printf("the same set, byte for byte: version %s\n", diff.before_version.c_str());
  else if (diff.changes.empty())
    std::printf("the files differ in comments, order or place only: version %s, now %s\n",
                diff.before_version.c_str(), diff.after_version.c_str());
  else
    std::printf("%llu new, %llu gone, %llu changed: version %s, now %s\n",
                static_cast<Number>(counts[0]), static_cast<Number>(counts[1]),
                static_cast<Number>(counts[2]), diff.before_version.c_str(),
                diff.after_version.c_str());
}

int diff(const Program& program, const DiffAsk& ask) {
  const auto diff = scoring::diff_policies(ask.before, ask.after);
  if (!diff) return report(program, diff.error());
  if (program.json)
    print_diff_json(*diff);
  else
    print_diff(*diff);
  return ask.exit_code && !diff->changes.empty() ? kExitPartial : kExitOk;
}

// ---- the command line

void add_check(CLI::App& policy, Program& program) {
  CLI::App* const command =
      policy.add_subcommand("check", "every mistake with file and line, and what looks odd");
  auto ask = std::make_shared<CheckAsk>();
  command->add_option("DIR", ask->folders, "folders of policy sets")->required();
  command->add_flag("--strict", ask->strict, "what looks odd is a failure too");
  add_json_flag(*command, program, "print the findings as JSON");
  command->callback(
      [&program, ask] { program.run = [&program, ask] { return check(program, *ask); }; });
}

void add_explain(CLI::App& policy, Program& program) {
  CLI::App* const command = policy.add_subcommand(
      "explain", "what an action needs, and why a customer got it or did not");
  auto ask = std::make_shared<ExplainAsk>();
  command->add_option("DIR", ask->folder, "folder of the policy set")->required();
  command->add_option("ACTION", ask->action, "issue/group/action")->required();
  command->add_option("KEY", ask->customer,
                      "a customer: --data decides by this set, --url asks the service");
  command->add_option("--channel", ask->channel, "picks the wording");
  command->add_option("--direction", ask->direction, "inbound or outbound [outbound]");
  command->add_option("--intent", ask->intent, "what the customer asks for (inbound)");
  add_settings(*command, program, {"url", "data", "token", "timeout-ms", "as-of"});
  add_json_flag(*command, program, "print it as JSON");
  command->callback(
      [&program, ask] { program.run = [&program, ask] { return explain_policy(program, *ask); }; });
}

void add_diff(CLI::App& policy, Program& program) {
  CLI::App* const command =
      policy.add_subcommand("diff", "what changed between two sets, thing by thing");
  auto ask = std::make_shared<DiffAsk>();
  command->add_option("OLD", ask->before, "folder of the set before")->required();
  command->add_option("NEW", ask->after, "folder of the set after")->required();
  command->add_flag("--exit-code", ask->exit_code, "exit with 3 when something changed");
  add_json_flag(*command, program, "print the changes as JSON");
  command->callback(
      [&program, ask] { program.run = [&program, ask] { return diff(program, *ask); }; });
}

}  // namespace

void add_policy(CLI::App& app, Program& program) {
  CLI::App* const policy = app.add_subcommand("policy", "check, explain and compare policy sets");
  policy->require_subcommand(1);
  add_check(*policy, program);
  add_explain(*policy, program);
  add_diff(*policy, program);
}

}  // namespace concord::server

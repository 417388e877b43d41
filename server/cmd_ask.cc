// concord context, next, search: the questions from the command line, answered by a service (--url)
// or by a data folder in this process (--data), with the same bytes.
#include "server/cmd_ask.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "server/cmd_program.h"
#include "server/cmd_show.h"

namespace concord::server {
namespace {

/// One question: the path with the key in it, and the options that go into the query.
struct Question {
  std::string key;
  std::vector<std::string> words;
  std::map<std::string, std::string> options;
};

enum class Asked { context, next, search };

std::string target_of(Asked asked, const Question& question) {
  std::string target;
  if (asked == Asked::search) {
    std::string words;
    for (const std::string& word : question.words)
      words.append(words.empty() ? "" : " ").append(word);
    target = "/v1/search?q=" + percent_encoded(words);
  } else {
    target = "/v1/customers/" + percent_encoded(question.key);
    if (asked == Asked::next) target += "/next-best-action";
  }
  char join = asked == Asked::search ? '&' : '?';
  for (const auto& [name, value] : question.options) {
    if (value.empty()) continue;
    target.append(1, join).append(name).append("=").append(percent_encoded(value));
    join = '&';
  }
  return target;
}

int show(const Program& program, Asked asked, const ClientAnswer& answer) {
  if (program.json) {
    std::printf("%s\n", answer.body.c_str());
    return answer.status == 200 ? kExitOk : kExitFailure;
  }
  if (answer.status != 200) {
    std::fputs(show_problem(answer.body).c_str(), stderr);
    return kExitFailure;
  }
  const std::string text = asked == Asked::context ? show_context(answer.body)
                           : asked == Asked::next  ? show_next(answer.body)
                                                   : show_search(answer.body);
  std::fputs(text.c_str(), stdout);
  return kExitOk;
}

int run(Program& program, Asked asked, const Question& question) {
  const std::string target = target_of(asked, question);
  const Settings& settings = program.settings;
  index::Result<ClientAnswer> answer;
  if (settings.origin("data") == Origin::flag) {
    Progress progress;
    OpenBase base;
    if (const int code = base.open(program, progress); code != kExitOk) return code;
    answer = ask_in_process(base.service(), target);
  } else {
    answer = http_get(settings.text("url"), target, settings.text("token"),
                      settings.number("timeout-ms"));
  }
  if (!answer) return report(program, answer.error());
  return show(program, asked, *answer);
}

void add_question(CLI::App& app, Program& program, Asked asked, const char* name, const char* help,
                  std::initializer_list<std::pair<const char*, const char*>> options) {
  CLI::App* const command = app.add_subcommand(name, help);
  auto question = std::make_shared<Question>();
  if (asked == Asked::search)
    command->add_option("WORDS", question->words, "words, \"a phrase\", word*")->required();
  else
    command
        ->add_option("KEY", question->key, "customer_id, account:… or type:value (email:a@b.test)")
        ->required();
  for (const auto& [flag, what] : options) {
    std::string parameter(flag);
    for (char& c : parameter)
      if (c == '-') c = '_';
    command->add_option("--" + std::string(flag), question->options[parameter], what);
  }
  add_settings(*command, program, {"url", "data", "token", "timeout-ms", "policy", "as-of"});
  add_json_flag(*command, program, "print the answer's bytes");
  command->callback([&program, asked, question] {
    program.run = [&program, asked, question] { return run(program, asked, *question); };
  });
}

}  // namespace

index::Result<ClientAnswer> ask_in_process(Service service, const std::string& target) {
  const Gate gate(std::nullopt);
  Watch watch(nullptr);
  service.gate = &gate;
  service.watch = &watch;
  Routes routes(service);
  Target read;
  if (!read.read(target))
    return index::fail(index::Code::bad_input, std::string(read.why()), target);
  Request request;
  request.method = Method::get;
  request.method_text = "GET";
  request.target = target;
  request.path = read.path();
  request.segments = read.segments();
  request.parameters = read.parameters();
  request.host = "localhost";
  Response response;
  routes.handle(request, response);
  return ClientAnswer{response.status, std::string(response.body.view())};
}

void add_questions(CLI::App& app, Program& program) {
  add_question(app, program, Asked::context, "context",
               "everything about one customer, what is open first",
               {{"limit", "timeline entries"},
                {"include-fields", "only these members, comma separated"},
                {"exclude-fields", "all but these"},
                {"purpose", "what you read it for; goes into the log"}});
  add_question(app, program, Asked::next, "next", "what to do now for one customer, and why",
               {{"channel", "picks the wording"},
                {"direction", "inbound or outbound [outbound]"},
                {"intent", "what the customer asks for (inbound)"},
                {"limit", "how many actions"},
                {"explain", "dropped, scores, sensitivity"},
                {"purpose", "what you read it for; goes into the log"}});
  add_question(app, program, Asked::search, "search", "who and what matches these words",
               {{"in", "customers, entries, knowledge"},
                {"customer", "only this customer's (a key)"},
                {"department", "only these, comma separated"},
                {"kind", "only these kinds of entry"},
                {"channel", "only these"},
                {"open", "true: only what is open"},
                {"from", "from this time on"},
                {"to", "up to this time"},
                {"sort", "recent or relevance"},
                {"facets", "true: count by department, kind, channel"},
                {"limit", "hits of a page"},
                {"cursor", "next_cursor of the page before"},
                {"purpose", "what you read it for; goes into the log"}});
}

}  // namespace concord::server

#include "tests/server/routes/desk_of_ann.h"

#include <chrono>
#include <thread>

#include "index/base/assert.h"

namespace concord::test {
namespace {

constexpr std::int64_t kDay = index::kDayMs;

std::vector<Saying> story() {
  std::vector<Saying> all;
  all.push_back(Saying("crm", "e1", kNoon - 400 * kDay)
                    .of({"email:ann@example.test", "phone:+4930123456"})
                    .department("sales")
                    .profile("Ann Example"));
  all.push_back(Saying("crm", "e2", kNoon - 400 * kDay)
                    .of({"email:ben@example.test"})
                    .department("sales")
                    .profile("Ben Example"));
  for (const char* who : {"email:ann@example.test", "email:ben@example.test"})
    for (const char* purpose : {"marketing", "sales"})
      all.push_back(Saying("crm", std::string("consent") + who + purpose, kNoon - 399 * kDay)
                        .of({who})
                        .department("sales")
                        .consent(purpose, "email", index::ConsentState::granted));
  all.push_back(Saying("helpdesk", "e4", kNoon - 4 * kDay)
                    .of({"email:ann@example.test"})
                    .department("service")
                    .entry(index::Kind::case_, "T-991")
                    .state(index::StateType::open)
                    .subject("Where is my order?")
                    .topic("order_status"));
  auto secret = Saying("legal", "e5", kNoon - 3 * kDay);
  secret.of({"email:ann@example.test"})
      .department("legal")
      .entry(index::Kind::case_, "S-1")
      .state(index::StateType::open)
      .subject("Sealed matter");
  secret.it().visibility = static_cast<std::uint8_t>(index::Visibility::secret);
  all.push_back(std::move(secret));
  return all;
}

void fill(server::Request& request, const server::Target& target, std::string_view text) {
  request.target = text;
  request.path = target.path();
  request.segments = target.segments();
  request.parameters = target.parameters();
  request.host = "localhost";
}

}  // namespace

DeskOfAnn::DeskOfAnn(std::string_view tokens, std::shared_ptr<const scoring::Policy> policy)
    : policy_(policy ? std::move(policy) : scoring::load_policy(CONCORD_DEFAULT_POLICY).value()) {
  live_ =
      index::Live::over(index::Engine::empty(story_identity_types()), index::make_memory_log(), {});
  std::optional<server::Tokens> read;
  if (!tokens.empty()) read = server::Tokens::parse(tokens, "tokens").value();
  gate_ = std::make_unique<server::Gate>(std::move(read));
  decisions_ = std::make_unique<server::DecisionDesk>(policies_folder(), *policy_);
  service_.engine = &live_->engine();
  service_.live = live_.get();
  service_.policy = policy_.get();
  service_.clock = {server::BaseClock::Mode::fixed, index::UnixMillis{kNoon}};
  service_.gate = gate_.get();
  service_.watch = &watch_;
  service_.decisions = decisions_.get();
  routes_ = std::make_unique<server::Routes>(service_);
  for (const Saying& saying : story()) say(saying);
}

DeskOfAnn::~DeskOfAnn() {
  routes_.reset();
  live_.reset();
}

index::EventSeq DeskOfAnn::say(const Saying& saying) {
  index::EventDraft draft = saying.draft;
  auto event = index::make_incoming(std::move(draft), live_->engine().normaliser(), {{kNoon}});
  CONCORD_ASSERT(event.has_value());
  auto submission = std::make_shared<index::Submission>();
  submission->events.push_back(std::move(*event));
  std::atomic<bool> done{false};
  submission->on_done = [&done] { done = true; };
  CONCORD_ASSERT(live_->submit(submission) == index::Taken::taken);
  while (!done) std::this_thread::yield();
  CONCORD_ASSERT(submission->outcomes[0].status == index::EventOutcome::Status::accepted);
  return submission->outcomes[0].revision;
}

Answer DeskOfAnn::ask(server::Request& request, std::string_view target) {
  server::Target read;
  CONCORD_ASSERT(read.read(target));
  fill(request, read, target);
  server::Response response;
  std::shared_ptr<server::Later> later;
  for (int rounds = 0; rounds < 64; ++rounds) {
    response.reset();
    routes_->handle(request, response);
    if (!response.later) break;
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!response.later->ready()) {
      CONCORD_ASSERT(std::chrono::steady_clock::now() < end);
      std::this_thread::yield();
    }
    later = std::move(response.later);
    request.later = later.get();
  }
  CONCORD_ASSERT(!response.later);
  routes_->answered(request, response, {1'000, response.body.size()});
  return {response.status, std::string(response.fields()), std::string(response.body.view()),
          std::string(response.content_type)};
}

Answer DeskOfAnn::post(std::string_view target, std::string_view body, std::string_view key,
                       std::string_view authorization) {
  server::Request request;
  request.method = server::Method::post;
  request.method_text = "POST";
  request.content_type = "application/json";
  request.idempotency_key = key;
  request.authorization = authorization;
  request.body = body;
  return ask(request, target);
}

Answer DeskOfAnn::get(std::string_view target, std::string_view authorization) {
  server::Request request;
  request.method = server::Method::get;
  request.method_text = "GET";
  request.authorization = authorization;
  return ask(request, target);
}

}  // namespace concord::test

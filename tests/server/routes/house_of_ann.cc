#include "tests/server/routes/house_of_ann.h"

#include "index/base/assert.h"
#include "index/reindex.h"
#include "tests/support/events.h"

namespace concord::test {
namespace {

using index::Kind;
using index::StateType;
constexpr std::int64_t kDay = index::kDayMs;

std::vector<std::string> story() {
  std::vector<std::string> events;
  int number = 0;
  const auto say = [&](const char* source, std::int64_t at_ms) {
    return Saying(source, "e" + std::to_string(++number), at_ms);
  };
  events.push_back(say("crm", kNoon - 400 * kDay)
                       .of({"email:ann@example.test", "crm:A 1/x", "phone:+4930123456"})
                       .department("sales")
                       .profile("Ann Example")
                       .bytes());
  events.push_back(say("crm", kNoon - 300 * kDay)
                       .of({"email:ben@example.test", "phone:+4930123456"})
                       .department("sales")
                       .profile("Ben Example")
                       .bytes());
  events.push_back(say("crm", kNoon - 200 * kDay)
                       .of({"email:ann@example.test"})
                       .department("sales")
                       .membership("acme", "buyer")
                       .bytes());
  auto order = say("shop", kNoon - 12 * kDay);
  order.of({"email:ann@example.test"})
      .department("operations")
      .entry(Kind::order, "8d50")
      .state(StateType::open)
      .due(kNoon - 5 * kDay)
      .subject("Order 8d50");
  order.it().trouble = static_cast<std::uint8_t>(index::Trouble::late);
  order.it().status = "shipped";
  events.push_back(order.bytes());
  events.push_back(say("helpdesk", kNoon - 4 * kDay)
                       .of({"email:ann@example.test"})
                       .department("service")
                       .entry(Kind::case_, "T-991")
                       .state(StateType::open)
                       .due(kNoon + kDay)
                       .subject("Where is my order?")
                       .text("I ordered a lamp ten days ago. Where is it?")
                       .topic("order_status")
                       .links({"shop/order/8d50"})
                       .bytes());
  auto secret = say("legal", kNoon - 3 * kDay);
  secret.of({"email:ann@example.test"})
      .department("legal")
      .entry(Kind::case_, "S-1")
      .state(StateType::open)
      .subject("Sealed matter")
      .text("sealed words about a lamp");
  secret.it().visibility = static_cast<std::uint8_t>(index::Visibility::secret);
  events.push_back(secret.bytes());
  for (int i = 0; i < 30; ++i)
    events.push_back(say("campaigns", kNoon - (20 + i) * kDay)
                         .of({"email:ann@example.test"})
                         .department("marketing")
                         .entry(Kind::message, "nl-" + std::to_string(i))
                         .subject("News " + std::to_string(i))
                         .bytes());
  return events;
}

}  // namespace

std::string ann_calls_again(std::int64_t at_ms) {
  return Saying("helpdesk", "later-" + std::to_string(at_ms), at_ms)
      .of({"email:ann@example.test"})
      .department("service")
      .entry(Kind::interaction, "call-" + std::to_string(at_ms))
      .subject("Called again")
      .bytes();
}

std::string Answer::field(std::string_view name) const {
  const std::string begin = std::string(name) + ": ";
  std::size_t at = fields.find(begin);
  if (at == std::string::npos) return {};
  at += begin.size();
  return fields.substr(at, fields.find("\r\n", at) - at);
}

HouseOfAnn::HouseOfAnn(std::string_view tokens, bool with_text) {
  index::ReindexOptions options;
  options.threads = 1;
  options.text = with_text;
  options.identity_types = story_identity_types();
  for (const char* name : {"crm", "shop", "helpdesk", "legal", "campaigns"}) {
    index::SourceInfo source;
    source.name = name;
    options.sources.push_back(source);
  }
  auto reindex = index::Reindex::start(folder_.path(), std::move(options));
  CONCORD_ASSERT(reindex.has_value());
  for (const std::string& event : story()) CONCORD_ASSERT((*reindex)->add(event).has_value());
  const auto built = (*reindex)->finish();
  CONCORD_ASSERT(built.has_value() && built->rejected == 0);
  engine_ = std::move(index::Engine::open(folder_.path(), 1).value());
  policy_ = scoring::load_policy(CONCORD_DEFAULT_POLICY).value();
  std::optional<server::Tokens> read;
  if (!tokens.empty()) read = server::Tokens::parse(tokens, "tokens").value();
  gate_ = std::make_unique<server::Gate>(std::move(read));
  watch_ = std::make_unique<server::Watch>(nullptr);
  service_ = {engine_.get(),
              policy_.get(),
              {server::BaseClock::Mode::fixed, index::UnixMillis{kNoon}},
              gate_.get(),
              watch_.get()};
  routes_ = std::make_unique<server::Routes>(service_);
}

HouseOfAnn::~HouseOfAnn() = default;

Answer HouseOfAnn::ask(server::Method method, std::string_view method_text, std::string_view target,
                       std::string_view body, const Headers& headers) {
  server::Target read;
  CONCORD_ASSERT(read.read(target));
  server::Request request;
  request.method = method;
  request.method_text = method_text;
  request.target = target;
  request.path = read.path();
  request.segments = read.segments();
  request.parameters = read.parameters();
  request.host = headers.host;
  request.authorization = headers.authorization;
  request.accept = headers.accept;
  request.if_none_match = headers.if_none_match;
  request.user_agent = headers.user_agent;
  request.content_type = headers.content_type;
  request.body = body;
  server::Response response;
  routes_->handle(request, response);
  routes_->answered(request, response, {1'000, response.body.size()});
  return {response.status, std::string(response.fields()), std::string(response.body.view()),
          std::string(response.content_type)};
}

Answer HouseOfAnn::get(std::string_view target, const Headers& headers) {
  return ask(server::Method::get, "GET", target, {}, headers);
}
Answer HouseOfAnn::head(std::string_view target) {
  return ask(server::Method::head, "HEAD", target, {}, {});
}
Answer HouseOfAnn::post(std::string_view target, std::string_view body, const Headers& headers) {
  return ask(server::Method::post, "POST", target, body, headers);
}

std::string HouseOfAnn::id_of(std::string_view key) const {
  const index::ReadPin pin = engine_->snapshot().pin();
  return to_string(engine_->snapshot().resolve(pin, key).customer);
}

}  // namespace concord::test

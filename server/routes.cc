#include "server/routes.h"

#include <algorithm>
#include <array>

#include "server/routes_intake.h"
#include "server/routes_table.h"

namespace concord::server {
namespace {

struct Status {
  int status;
  std::string_view code;
};

Status status_of(index::Code code) {
  switch (code) {
    case index::Code::bad_input: return {400, "bad_request"};
    case index::Code::over_limit: return {400, "over_limit"};
    case index::Code::unsupported: return {400, "unsupported"};
    case index::Code::not_found: return {404, "not_found"};
    case index::Code::ambiguous_key: return {409, "ambiguous_key"};
    case index::Code::conflict: return {409, "conflict"};
    case index::Code::id_reused: return {409, "id_reused"};
    case index::Code::cursor_stale: return {410, "cursor_stale"};
    case index::Code::damaged: return {500, "damaged"};
    case index::Code::io_error: return {500, "io_error"};
  }
  return {500, "internal"};
}

/// Does `accept` allow JSON? An absent field allows everything.
bool accepts_json(std::string_view accept) {
  if (accept.empty() || accept == "*/*" || accept == kJson) return true;
  for (std::string_view one : split_list(accept)) {
    one = one.substr(0, one.find(';'));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == "*/*" || one == "application/*" || one == kJson || one == kProblemJson ||
        one == kNdjson)
      return true;
  }
  return false;
}

std::string allowed_methods(std::string_view path_template) {
  std::string list;
  for (const RouteRow& row : route_rows()) {
    if (row.info.path != path_template) continue;
    if (!list.empty()) list += ", ";
    list += row.info.method == Method::get ? "GET, HEAD" : "POST";
  }
  return list;
}

const RouteRow* find_row(const Request& request, std::string_view& template_found) {
  const Method method = request.method == Method::head ? Method::get : request.method;
  for (const RouteRow& row : route_rows()) {
    if (!matches(row.info.path, request.segments)) continue;
    template_found = row.info.path;
    if (row.info.method == method) return &row;
  }
  return nullptr;
}

}  // namespace

void fill_error(Response& response, const index::Error& error) {
  const Status status = status_of(error.code);
  const ProblemItem item{ProblemItem::Where::pointer, error.place, error.detail};
  fill_problem(response,
               {status.status,
                status.code,
                error.detail,
                {},
                error.place.empty() ? std::span<const ProblemItem>() : std::span(&item, 1)});
}

Routes::Routes(const Service& service, std::optional<Waker> waker)
    : service_(service), watch_(*service.watch), waker_(std::move(waker)) {
  scratch_.decide.use(service.rows);
}
Routes::~Routes() = default;

void Routes::handle(const Request& request, Response& response) {
  const index::ReadPin pin = service_.engine->snapshot().pin();
  std::string etag;
  client_ = purpose_ = {};
  who_ = nullptr;
  View view;
  if (admit(request, response, view)) dispatch(request, response, pin, view, false, etag);
}

bool Routes::admit(const Request& request, Response& response, View& view) {
  std::string_view path_template;
  const RouteRow* row = find_row(request, path_template);
  response.route = path_template;
  if (row != nullptr && row->info.scope.empty()) return true;
  const Client* const client =
      service_.gate->admit(request, response, row != nullptr && row->intake);
  who_ = client;
  if (client == nullptr) return false;
  client_ = client->name;
  if (row != nullptr && !client->has(row->info.scope)) {
    fill_problem(response, {403, "forbidden",
                            "This token lacks the scope " + std::string(row->info.scope) + "."});
    return false;
  }
  view.visibility_max = client->has("secret")       ? index::Visibility::secret
                        : client->has("restricted") ? index::Visibility::restricted
                                                    : index::Visibility::normal;
  return true;
}

Admission Routes::admit(const Request& head) {
  std::string_view path_template;
  const RouteRow* const row = find_row(head, path_template);
  if (row == nullptr || !row->intake || service_.desk == nullptr) return {};
  part_response_.reset();
  const Client* const client = service_.gate->admit(head, part_response_, true);
  // Said later; who may not write gets no more room for a body than a question has.
  if (client == nullptr || !client->has(row->info.scope)) return {};
  Admission admission;
  admission.body_bytes_max = service_.desk->options().body_bytes_max;
  const index::Taken door = service_.desk->door();
  if (door == index::Taken::taken) return admission;
  admission.refusal = refusal_of(door);
  admission.retry_after_s = kRetryAfterSeconds;
  return admission;
}

void Routes::answered(const Request& request, const Response& response, const Answered& answered) {
  watch_.answered(request, response, answered, client_, purpose_);
}

void Routes::refused(const Refusal& refusal) { watch_.refused(refusal); }

void Routes::dispatch(const Request& request, Response& response, const index::ReadPin& pin,
                      View view, bool nested, std::string& etag) {
  std::string_view path_template;
  const RouteRow* row = find_row(request, path_template);
  response.route = path_template;
  if (path_template.empty())
    return fill_problem(response, {404, "route_not_found",
                                   "There is no such route; GET /openapi.json lists them all."});
  if (row == nullptr) {
    response.field("Allow", allowed_methods(path_template));
    return fill_problem(response, {405, "method_not_allowed",
                                   "This route does not take " + std::string(request.method_text) +
                                       "; see the field Allow."});
  }
  const bool own_type = path_template == "/metrics" || path_template == "/v1/changes";
  if (!own_type && !accepts_json(request.accept))
    return fill_problem(
        response,
        {406, "not_acceptable", "Answers are application/json; let the field Accept allow that."});
  if (nested && !row->in_multi)
    return fill_problem(response, {400, "unsupported", "This route is no part of /v1/multi."});
  Call call{request, response, pin, view, {}, {}, {}, nested};
  Faults faults;
  read_query(request, row->query, call.ask, faults);
  if (!faults.empty()) return faults.answer(response, "bad_parameter");
  if (!nested) purpose_ = call.ask.purpose;
  (this->*row->answer)(call);

  etag = std::move(call.etag);
}

bool Routes::unchanged(Call& call, std::string_view answer_id, std::uint64_t view_hash) {
  index::Buffer text;
  text.push('"');
  text.append(answer_id);
  text.push('-');
  text.append(std::string_view(to_hex(index::Hash128{view_hash, 0})).substr(16));
  text.push('"');
  call.etag = text.view();
  if (call.nested) return false;
  call.response.field("ETag", call.etag);
  call.response.field("Cache-Control", "private, no-cache");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  if (service_.live != nullptr && service_.live->report().stale)
    call.response.field("Concord-Stale", std::to_string(service_.live->report().verified_to));
  for (std::string_view one : split_list(call.request.if_none_match)) {
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one != "*" && one != call.etag) continue;
    call.response.status = 304;
    return true;
  }
  return false;
}

bool Routes::read_body(Call& call, index::JsonValue& body) {
  std::string_view type = call.request.content_type;
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (type != kJson) {
    fill_problem(call.response, {415, "unsupported_media_type",
                                 "Send the body as Content-Type: application/json."});
    return false;
  }
  const auto parsed = body_reader_.parse(call.request.body);
  if (!parsed || !parsed->is(index::JsonType::object)) {
    const std::string detail = parsed ? "The body is not a JSON object."
                                      : "The body is not JSON: " + parsed.error().text();
    fill_problem(call.response, {400, "bad_body", detail});
    return false;
  }
  body = *parsed;
  return true;
}

bool Routes::ready_for(Call& call) {
  call.as_of = call.ask.as_of_ms == index::kNoTime ? service_.default_as_of()
                                                   : index::UnixMillis{call.ask.as_of_ms};
  if (call.ask.min_revision <= call.pin.revision()) return true;
  // Parts of /v1/multi share one revision: waiting would tear them apart.
  if (service_.bell != nullptr && !call.nested && !call.request.later_expired &&
      call.ask.timeout_ms > 0) {
    call.response.later =
        service_.bell->wait_for(service_.engine->snapshot(), call.ask.min_revision);
    call.response.later_ms_max = call.ask.timeout_ms;
    return false;
  }
  call.response.field("Retry-After", "1");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  const ProblemItem item{ProblemItem::Where::parameter, "min_revision", "not published yet"};
  fill_problem(
      call.response,
      {503,
       "revision_not_published",
       "Revision " + std::to_string(call.ask.min_revision) + " is not published; newest is " +
           std::to_string(call.pin.revision()) + ". Ask again a little later.",
       {},
       std::span(&item, 1)});
  return false;
}

}  // namespace concord::server

// Several reads at one pinned revision.
#include "server/routes.h"

namespace concord::server {
namespace {

constexpr std::size_t kPartsMax = 64;
constexpr std::size_t kAnswerBytesMax = 8UL * 1024 * 1024;  // of all parts; the rest is refused

}  // namespace

void Routes::one_of_multi(Call& call, std::string_view path, index::JsonWriter& out) {
  std::string etag;
  part_response_.reset();
  if (call.response.body.size() > kAnswerBytesMax) {
    fill_problem(part_response_,
                 {413, "answer_too_large",
                  "The parts before this one fill the answer; ask for it in a call of its own."});
  } else if (!part_target_.read(path)) {
    fill_problem(part_response_, {400, "bad_path", part_target_.why()});
  } else {
    Request part;
    part.method = Method::get;
    part.method_text = "GET";
    part.target = path;
    part.path = part_target_.path();
    part.segments = part_target_.segments();
    part.parameters = part_target_.parameters();
    dispatch(part, part_response_, call.pin, call.view, true, etag);
  }
  out.begin_object();
  out.key("path").string(path);
  out.key("status").integer(part_response_.status);
  if (!etag.empty()) out.key("etag").string(etag);
  out.key("body").raw(part_response_.body.view());
  out.end_object();
}

void Routes::multi(Call& call) {
  index::JsonValue body;
  if (!read_body(call, body)) return;
  Faults faults(Faults::Where::pointer);
  for (const index::JsonMember member : body.members())
    if (member.name != "requests")
      faults.add(index::json_pointer("", member.name), "is not known; did you mean requests?");
  const auto requests = body.find("requests");
  if (!requests || !requests->is(index::JsonType::array) || requests->size() == 0)
    faults.add("/requests", "is not a list of at least one {\"path\": \"/v1/…\"}");
  else if (requests->size() > kPartsMax)
    faults.add("/requests", "has more than " + std::to_string(kPartsMax) + " parts");
  else
    for (std::size_t at = 0; const index::JsonValue one : requests->elements()) {
      const auto path = one.find("path");
      if (!path || !path->as_string() || one.size() != 1)
        faults.add(index::json_pointer("/requests", at), "is not {\"path\": \"/v1/…\"}");
      ++at;
    }
  if (!faults.empty()) return faults.answer(call.response, "bad_body");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  call.response.field("Cache-Control", "private, no-cache");
  index::JsonWriter out(call.response.body);
  out.begin_object();
  out.key("revision").unsigned_integer(call.pin.revision());
  out.key("answers").begin_array();
  for (const index::JsonValue one : requests->elements())
    one_of_multi(call, *one.find("path")->as_string(), out);
  out.end_array();
  out.end_object();
}

}  // namespace concord::server
